// Garments cut out of loosened helper meshes. EDGE says along which distance: 1 top, 2 bottom, 3 skirt, 4 shoe,
// 5 none: a collar, whose vertices say how far the border is.
// OPENS is the lower part of a coat, open in front as the upper one.
// SHEER is a top whose sleeves skin is seen through, drawn when all else is. PRINT adds a chest print, SEAMS the seams of trousers or what closes a top, TRIMS contrast pieces, ribs, pockets and
// pleats.
#include "surface.glsl"
#include "edges.glsl"

#if EDGE == 1 || defined OPENS
// Half width of a jacket's open front: straight, or from the collar down to a button and apart again below it.
float opening(float y) {
  if (top_body.x == 0.) return top_body.w * (1. + .05 * (5.2 - y));
  return y > top_body.x ? .03 + (y - top_body.x) * top_body.w : .03 + (top_body.x - y) * top_arm.w;
}
#endif

float cut() {
  vec3 c = v_canonical;
#if EDGE == 1
  float d = top_distance(c, v_arm);
  if (top_body.w > 0. && c.z > 0. && abs(c.x) < opening(c.y)) discard;
#elif EDGE == 2
  float d = bottom_distance(c, v_arm);
#elif EDGE == 3
  float d = c.y - bottom.z;
#ifdef SLIT
  if (v_rest.z > 0. && abs(v_rest.x - bottom.w) < .02 + (bottom.x - c.y) * .14) discard;
#endif
#ifdef OPENS
  if (top_body.w > 0. && c.z > 0. && abs(v_rest.x) < opening(c.y)) discard;
#endif
#elif EDGE == 5
  float d = v_uv.x;
#else
  float d = shoe_distance(c);
  if (shoe.x > 1.5 && c.z > .75 && c.z < 1.5 && c.y > -7.95) discard;  // the open part of a sandal
#endif
  if (d < 0.) discard;
  return d;
}

bool is_sheer() {
#ifdef SHEER
  return v_arm.y > .5 || v_canonical.y > sheer.z;
#else
  return false;
#endif
}

#ifdef SHADOW_PASS
void main() {
  cut();
  if (is_sheer()) discard;
}
#else
uniform sampler2D fold_tile;
uniform sampler2D print;

bool on_sleeve() { return EDGE == 1 && v_arm.y > .5; }

// Place on the cloth's panel (dm): sleeve, front or back, side. Chosen per pixel, so a seam runs where panels meet.
// panel: a number for each of them.
vec2 panel_place(out float panel) {
  panel = 0.;
#if EDGE == 3
  float angle = atan(v_rest.x, v_rest.z);
  panel = sign(angle) * step(1.5, abs(angle));  // the seam runs down the back
  return vec2(angle * 2.2, v_rest.y);
#else
  if (on_sleeve()) {
    // round the axis of the arm, bent at the elbow of the base mesh; the seam runs below
    const vec3 elbow = vec3(3.13, 3.49, .13), upper = vec3(.636, -.772, -.009), lower = vec3(.521, -.459, .720);
    const vec3 hinge = vec3(-.762, -.630, .150);
    vec3 off = vec3(abs(v_canonical.x), v_canonical.yz) - elbow;
    vec3 along = normalize(mix(upper, lower, smoothstep(-.7, .7, dot(off, vec3(.631, -.672, .388)))));
    float angle = atan(dot(off, cross(along, hinge)), -dot(off, hinge));
    panel = sign(angle) * step(1.5, abs(angle));
    return vec2(angle * .5 * sign(v_canonical.x), v_arm.x);
  }
  vec3 n = v_rest_normal;
  bool front_or_back = abs(n.z) > abs(n.x) * .8;
  panel = front_or_back ? 3. + sign(n.z) : 6. + sign(n.x);
  return front_or_back ? vec2(v_rest.x * sign(n.z), v_rest.y) : vec2(v_rest.z * -sign(n.x) + 1.3, v_rest.y);
#endif
}

// Seams, pockets, fly, belt of trousers; placket and buttons of a shirt; buttons and belt of a coat.
#ifdef SEAMS
// A coat's buttons below the lapels, in one row or two, and the edge that lies over. p: place in front (dm).
float coat_line(vec2 p) {
  bool two = seams.y > 4.5;
  if (seams.y < 3.5 || top_body.x > 0. && p.y > top_body.x + .1) return 0.;
  float line = smoothstep(.04, 0., abs(p.x - (two ? .52 : .17))) * .6;
  float row = (fract(p.y * .8) - .5) / .8;
  return p.y > -2. && length(vec2(two ? abs(p.x) - .34 : p.x - .05, row)) < .1 ? 1. : line;
}

vec3 with_seams(vec3 albedo) {
  vec3 c = v_canonical, n = v_rest_normal;
  float line = 0.;
#if EDGE == 2
  float side = abs(c.x);
  line = smoothstep(.05, 0., abs(abs(n.z) - abs(n.x) * .8)) * step(abs(n.y), .6);
  if (n.z < 0. && c.y < 1.2) {
    vec2 p = vec2(side - .82, c.y - .25);
    float pocket = max(abs(p.x) - .42, max(p.y - .38, -p.y - .45 - .15 * (1. - abs(p.x) / .42)));
    line = max(line, smoothstep(.045, 0., abs(pocket)));
  }
  if (n.z > 0. && c.y > 0.) {
    line = max(line, smoothstep(.04, 0., abs(length(vec2(side - 1.75, c.y - 1.35)) - .85)) * step(.7, side));
    if (c.y > .1) line = max(line, smoothstep(.035, 0., side) * step(.1, c.y));
  }
  float below_waist = bottom.y - c.y;
  line = max(line, smoothstep(.04, 0., abs(below_waist - .32)));
  albedo = mix(albedo, seam_colour.rgb * albedo, line * .6);
  if (seams.x > .5 && below_waist < .32) {
    albedo = seam_colour.rgb * .25 + .004;
    if (side < .16 && n.z > 0. && below_waist > .05 && below_waist < .27) albedo = vec3(.55, .5, .4);
  }
#elif EDGE == 1
  if (n.z > 0. && v_arm.y < .5) line = coat_line(c.xy);
  if (n.z > 0. && v_arm.y < .5 && top_body.w == 0. && seams.y < 3.5) {
    if (seams.y > 2.5) {  // a zip
      if (abs(c.x) < .035) albedo = vec3(.3) + .25 * step(.5, fract(c.y * 9.));
      line = smoothstep(.02, 0., abs(abs(c.x) - .1)) * .6;
    } else if (seams.y < 1.5 || c.y > 3.7) {
      line = smoothstep(.03, 0., abs(abs(c.x) - .13)) * .5;
      if (seams.y > 1.5) line = max(line, smoothstep(.03, 0., abs(c.y - 3.74)) * step(abs(c.x), .14));
      float apart = seams.y > 1.5 ? 2. : 1.25;
      if (length(vec2(c.x, (fract(c.y * apart) - .5) / apart)) < .05) line = 1.;
    }
  }
  albedo = mix(albedo, seam_colour.rgb * albedo, line * .7);
#elif EDGE == 3
  if (n.z > 0.) line = coat_line(vec2(v_rest.x, c.y));
#ifdef BUTTONS
  if (n.z > 0.) {
    line = smoothstep(.03, 0., abs(abs(v_rest.x) - .13)) * .5;
    if (length(vec2(v_rest.x, (fract(c.y * 1.25) - .5) / 1.25)) < .05) line = 1.;
  }
#endif
  if (seams.x > .5 && c.y > 1.38 && c.y < 1.78) {
    if (seams.x > 1.5) albedo = accent.rgb;
    else albedo *= seam_colour.rgb;
    float edge = min(c.y - 1.38, 1.78 - c.y), buckle = max(abs(v_rest.x), abs(c.y - 1.58)) - .24;
    line = max(smoothstep(.05, .01, edge), smoothstep(.05, .02, abs(buckle)) * step(0., n.z));
  }
  albedo = mix(albedo, seam_colour.rgb * albedo, line * .7);
#endif
  return albedo;
}
#endif

#ifdef TRIMS
// Outline of a box with the half sizes `half_size`: positive outside.
float box(vec2 p, vec2 half_size) { p = abs(p) - half_size; return max(p.x, p.y); }

// Pieces of another colour, ribs along the edges, patch pockets; `height` (dm) grows by what is sewn on.
vec3 with_trims(vec3 albedo, float d, vec2 place, inout float height) {
  vec3 c = v_canonical, n = v_rest_normal;
  float line = 0., patch_edge = 9.;
#if EDGE == 1
  bool sleeve = v_arm.y > .5;
  float raglan = abs(c.x) - .62 - (5.85 - c.y) * .58;
  bool contrast = trim.x > .5 && (sleeve || (trim.x > 1.5 && raglan > 0.)) || (sleeve ? 5.25 - v_arm.x : c.y) > trim.y;
  if (contrast) albedo = accent.rgb * (.9 + .2 * luminance(albedo));
  if (trim.x > 1.5 && !sleeve) line = smoothstep(.03, 0., abs(raglan));
  float rib = c.y > 4.6 && !sleeve ? trim.z * .45 : trim.z;
  if (n.z > 0. && !sleeve) {
    if (trim.w == 1.) patch_edge = box(vec2(c.x - .72, c.y - 4.), vec2(.36, .4));
    if (trim.w == 2.) patch_edge = max(box(vec2(c.x, c.y - 1.15), vec2(1.05, .62)), abs(c.x) + (c.y - 1.6) * .7 - .95);
    if (trim.w == 3.) patch_edge = box(vec2(abs(c.x) - .98, c.y - .95), vec2(.42, .42));
    if (trim.w == 4.) patch_edge = box(vec2(abs(c.x) - .75, c.y - 4.), vec2(.36, .4));
  }
#elif EDGE == 2
  float rib = c.y < 0. ? trim.z : 0.;
  float aside = abs(n.z) / max(abs(n.x), .01);
  if (trim.x > 0. && aside < trim.x && n.x * c.x > 0.) albedo = accent.rgb;
  if (trim.w > .5 && n.x * c.x > 0.) patch_edge = max(abs(c.y + 2.3) - .6, abs(c.z - .15) - .5);
#else
  float rib = 0.;
#endif
  if (patch_edge < 9.) {
    height += .03 * smoothstep(.02, -.03, patch_edge);
    line = max(line, smoothstep(.025, 0., abs(patch_edge + .07)) * .7);
    line = max(line, smoothstep(.03, 0., abs(patch_edge)));
  }
  if (d < rib) {
    if (accent.w > .5) albedo = accent.rgb;
    if (rib > .2) height += .012 * sin(place.x * 38.) * clamp(1.6 - eye.w * 40., 0., 1.);
    line = max(line, smoothstep(.03, 0., abs(d - rib)));
  }
  return albedo * (1. - .4 * line);
}
#endif

// Height of the pleats pressed into a skirt: a long slope and a short one back, round its whole width (13.8 dm, as
// panel_place has it).
float pleats(vec2 place) {
  float p = fract(place.x / 13.8 * trim.x);
  return min(p / .7, (1. - p) / .3) * trim.y;
}

#ifdef FUR
float tuft(vec3 p) { return fract(sin(dot(p, vec3(12.7, 78.2, 37.7))) * 4375.8); }
#endif

float bell(float x, float width) { return exp(-x * x / (width * width)); }

// How much the cloth folds here: elbows, knees, crotch, waist, armpits.
float fold_share() {
  float y = v_canonical.y;
#if EDGE == 2
  return .35 + bell(y + 3.7, .8) * .8 + bell(y - .2, .7) * .7;
#elif EDGE == 3
  return .3;
#else
  if (on_sleeve()) return bell(v_arm.x - 2.25, .7) * 1.3 + .35;
  return .55 + .7 * bell(y - 1.8, 1.) + .5 * smoothstep(1.2, 2., abs(v_canonical.x));
#endif
}

// How much smaller than in the rest pose the cloth is here: positive where it is pushed together, negative where it
// is stretched. The same for all pixels of a triangle.
float squeezed() {
#if EDGE == 3
  return 0.;
#endif
  vec3 then = cross(dFdx(v_rest), dFdy(v_rest)), now = cross(dFdx(v_world), dFdy(v_world));
  return clamp(sqrt(length(then) / max(length(now), 1e-7)) - 1., -.6, .8);
}

void main() {
  float d = cut();
  vec3 view = normalize(eye.xyz - v_world);
  Surface s;
  s.normal = facing_normal(view);
  s.specular = shine.x; s.gloss = shine.y; s.wrap = .22;
  float panel;
  vec2 place = panel_place(panel);
  // texture footprints from the continuous rest position: panel borders would give dotted seams
  float across_pixel = length(dFdx(v_rest)), down_pixel = length(dFdy(v_rest));
  vec2 gx = vec2(across_pixel, 0.), gy = vec2(0., down_pixel);

  float cosine = cos(tile.y), sine = sin(tile.y);
  vec2 at = mat2(cosine, sine, -sine, cosine) * place / tile.x + tile.zw;
  s.albedo = linear(textureGrad(base, at, gx / tile.x, gy / tile.x).rgb) * tint.rgb;
#ifdef PRINT
  if (v_rest_normal.z > 0. && v_arm.y < .5) {
    vec2 q = (v_canonical.xy - print_at.xy) / print_at.z;
    if (max(abs(q.x), abs(q.y)) < 1.) {
      vec4 ink = textureGrad(print, q * .5 + .5, gx / (2. * print_at.z), gy / (2. * print_at.z));
      s.albedo = mix(s.albedo, linear(ink.rgb), ink.a);
    }
  }
#endif
#ifdef SEAMS
  s.albedo = with_seams(s.albedo);
#endif
  float height = 0.;
#ifdef TRIMS
  s.albedo = with_trims(s.albedo, d, place, height);
#endif

  vec2 f = place * folds.y + vec2(folds.z, folds.z * 1.7);
  // folds are smooth: only the weave needs smaller levels of the tile, and one for the whole picture will do
  float hang = textureLod(fold_tile, f * .075, 0.).r * .85 + textureLod(fold_tile, f.yx * .1 + .3, 0.).g * .25;
  float squeeze = squeezed();
  height += (hang - .5) * folds.x * fold_share() * 1.25 * (1. - .5 * max(-squeeze, 0.));
  // where a joint pushes cloth together it lies in folds across the limb
  float across_limb = textureLod(fold_tile, vec2(f.x * .05 + f.y * .05, f.y * .26), 0.).r - .4;
  height += across_limb * max(squeeze, 0.) * .3 * min(folds.x * 5. + .4, 1.4);
#if EDGE == 3 && defined TRIMS
  height += pleats(place);
#endif
#ifdef FUR
  // a shell of it: where there is no hair between this and the shell below one sees through
  vec3 hair = v_rest * vec3(9., 5., 9.) + .3 * sin(v_rest.yzx * 7.);
  if (tuft(floor(hair)) < print_at.w) discard;
  s.albedo *= .45 + .75 * print_at.w + .3 * (tuft(floor(hair) + 31.) - .5);
#endif
  height += (textureLod(fold_tile, place * .9, max(log2(920. * eye.w), 0.)).b - .5) * .008 * folds.w;
#if EDGE != 4
  if (d < .12) height += -.02 * smoothstep(.12, .06, d) + .02 * smoothstep(.05, .03, d);  // a stitched hem
#endif
  if (fwidth(panel) == 0.) s.normal = bumped(s.normal, height, view);  // heights jump between panels
  s.cavity = clamp(1. + height * 1.1, .75, 1.15);
  if (d < .11 && d > .085) s.cavity *= .82;
  if (d < .03) s.cavity *= .85;
  if (!gl_FrontFacing) s.cavity *= .45;  // the inside of a sleeve or skirt
  s.sheen = luminance(s.albedo);
  float lit, facing_key;
  write_pixel(shade(s, view, lit, facing_key), label.x);
#ifdef SHEER
  if (is_sheer() && d > .1) {
    float along = smoothstep(.35, .9, 1. - abs(dot(normalize(v_normal), view)));  // seen along it cloth is denser
    out_colour.a = mix(sheer.x, 1., .7 * along);
    if (sheer.y > 0.) {
      float motif = textureGrad(print, place / sheer.y, gx / sheer.y, gy / sheer.y).r;
      out_colour.a = max(out_colour.a, .93 * motif);
    }
  }
#endif
}
#endif
