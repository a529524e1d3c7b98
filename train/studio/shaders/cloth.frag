// Garments cut out of loosened helper meshes. EDGE says along which distance: 1 top, 2 bottom, 3 skirt, 4 shoe.
// PRINT adds a chest print, SEAMS the seams of trousers or a shirt's placket.
#include "surface.glsl"
#include "edges.glsl"

float cut() {
  vec3 c = v_canonical;
#if EDGE == 1
  float d = top_distance(c, v_arm);
  if (top_body.w > 0. && c.z > 0. && abs(c.x) < top_body.w * (1. + .1 * (5.2 - c.y))) discard;
#elif EDGE == 2
  float d = bottom_distance(c, v_arm);
#elif EDGE == 3
  float d = c.y - bottom.z;
#else
  float d = shoe_distance(c);
  if (shoe.x > 1.5 && c.z > .75 && c.z < 1.5 && c.y > -7.95) discard;  // the open part of a sandal
#endif
  if (d < 0.) discard;
  return d;
}

#ifdef SHADOW_PASS
void main() { cut(); }
#else
uniform sampler2D fold_tile;
uniform sampler2D print;

bool on_sleeve() { return EDGE == 1 && v_arm.y > .5; }

// Place on the cloth's panel (dm): sleeve, front or back, side. Chosen per pixel, so a seam runs where panels meet.
// panel: a number for each of them.
vec2 panel_place(out float panel) {
  panel = 0.;
#if EDGE == 3
  return vec2(atan(v_rest.x, v_rest.z) * 2.2, v_rest.y);
#else
  if (on_sleeve()) return vec2(v_across, v_arm.x);
  vec3 n = v_rest_normal;
  bool front_or_back = abs(n.z) > abs(n.x) * .8;
  panel = front_or_back ? 3. + sign(n.z) : 6. + sign(n.x);
  return front_or_back ? vec2(v_rest.x * sign(n.z), v_rest.y) : vec2(v_rest.z * -sign(n.x) + 1.3, v_rest.y);
#endif
}

// Seams, pockets, fly, belt of trousers; placket and buttons of a shirt.
#ifdef SEAMS
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
  if (n.z > 0. && v_arm.y < .5) {
    line = smoothstep(.03, 0., abs(abs(c.x) - .13)) * .5;
    if (length(vec2(c.x, (fract(c.y * 1.25) - .5) / 1.25)) < .05) line = 1.;
    albedo = mix(albedo, seam_colour.rgb * albedo, line * .7);
  }
#endif
  return albedo;
}
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

  vec2 f = place * folds.y + vec2(folds.z, folds.z * 1.7);
  // folds are smooth: only the weave needs smaller levels of the tile, and one for the whole picture will do
  float height = textureLod(fold_tile, f * .075, 0.).r * .85 + textureLod(fold_tile, f.yx * .1 + .3, 0.).g * .25;
  height = (height - .5) * folds.x * fold_share() * 1.25;
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
}
#endif
