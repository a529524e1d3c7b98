// Skin; everything below clothes is cut away. FACE adds lips, eye shadow and beard, LEGS stockings and shoes.
#define SKIN
#include "surface.glsl"
#include "edges.glsl"

void cut() {
  if (top_distance(v_canonical, v_arm) > .12 || bottom_distance(v_canonical, v_arm) > .14) discard;
}

#ifdef SHADOW_PASS
void main() { cut(); }
#else
float skin_region(vec3 c, bool on_arm) {
  if (on_arm) return ID_ARMS;
  if (c.y > 6. && c.z > .8) return ID_FACE;
  if (c.y > 5.2 && c.y < 6.35 && c.z < .75) return ID_ARMS;  // neck and nape
  if (c.y >= 5.95) return ID_FACE;
  if (c.y >= 3.5) return ID_ARMS;
  if (c.y > 1.5) return ID_BARE_TORSO;
  return c.y > -.7 ? ID_BARE_HIPS : ID_LEGS;  // the shortest shorts end below
}

#ifdef FACE
float spot(vec2 p, vec2 centre, vec2 half_size) { return 1. - smoothstep(.3, 1.15, length((p - centre) / half_size)); }

float blotch(vec2 p) { return fract(sin(dot(p, vec2(12.7, 78.2))) * 437.6); }

// Blush, shade below the eyes, freckles and two moles. c: canonical place on the front of the head.
vec3 complected(vec3 albedo, vec3 c) {
  vec2 p = vec2(abs(c.x), c.y);
  float on_cheek = spot(p, vec2(.46, 6.9), vec2(.3, .24)), on_nose = spot(p, vec2(0., 6.97), vec2(.2, .16));
  float on_ear = smoothstep(.76, .84, p.x);
  float red = max(max(on_cheek, .8 * on_nose), on_ear);
  albedo *= mix(vec3(1.), vec3(1.03, .76, .73), complexion.x * red);
  albedo *= 1. - .16 * spot(p, vec2(.3, 7.12), vec2(.2, .07));
  float close = smoothstep(.035, .012, eye.w);
  vec2 cell = floor(c.xy * 24.), at = fract(c.xy * 24.) - .5;
  vec2 off = at - .7 * (vec2(blotch(cell + 3.), blotch(cell + 7.)) - .5);
  float size = blotch(cell), freckle = 1. - smoothstep(.1, .32 * size + .12, length(off));
  albedo *= mix(vec3(1.), vec3(.72, .56, .46),
                complexion.y * max(on_cheek, on_nose) * mix(.3, freckle * step(.55, size), close));
  for (int i = 0; i < 2; i++) {
    vec2 mole = vec2(blotch(vec2(complexion.w, i)) - .5, 6.3 + 1.4 * blotch(vec2(i + 3., complexion.w)));
    albedo *= mix(vec3(1.), vec3(.5, .36, .3), step(.01, complexion.w) * smoothstep(.022, .01, length(c.xy - mole)));
  }
  return albedo;
}
#endif

float speckle(vec2 p) { return fract(sin(dot(p, vec2(91.7, 47.3))) * 4375.5); }

void main() {
  cut();
  vec3 c = v_canonical;
  vec3 view = normalize(eye.xyz - v_world);
  Surface s = Surface(linear(texture(base, v_uv).rgb), facing_normal(view), 1., shine.x, shine.y, .35, .25);
  float tone = luminance(s.albedo);
  s.albedo = mix(vec3(tone), s.albedo, .85) * tint.rgb;
  bool on_arm = v_arm.y > .5;
#ifdef FACE
  if (c.y > 5.9 && c.z > .3) {
    float ax = abs(c.x);
    s.albedo = complected(s.albedo, c);
    float on_brow = spot(vec2(ax, c.y), vec2(0., 7.75), vec2(.5, .3));
    s.specular += .07 * complexion.z * max(on_brow, spot(vec2(ax, c.y), vec2(0., 7.1), vec2(.13, .4)));
    float on_lips = (1. - smoothstep(.75, 1.05, length(vec2(c.x / .27, (c.y - 6.615) / .135)))) * step(1.3, c.z);
    s.albedo = mix(s.albedo, lips.rgb * (.6 + 1.2 * tone), lips.a * on_lips);
    if (lips.a > 0.) s.specular += .12 * on_lips;
    float on_lid = (1. - smoothstep(.4, 1.1, length(vec2((ax - .31) / .22, (c.y - 7.33) / .11)))) * step(7.3, c.y);
    s.albedo = mix(s.albedo, eyeshadow.rgb, eyeshadow.a * on_lid);
    float beard_line = 6.8 + .672 * max(ax - .3, 0.) - .25 * smoothstep(.12, .32, ax) * (1. - smoothstep(.32, .55, ax));
    float on_beard = smoothstep(.1, -.16, c.y - beard_line) * smoothstep(5.95, 6.25, c.y) * (1. - on_lips)
                   * step(c.y, 7.15) * smoothstep(.2, .6, c.z);
    s.albedo = mix(s.albedo, beard.rgb * (.7 + .6 * speckle(c.xy)), beard.a * on_beard);
  }
#endif
#ifdef LEGS
  if (stocking.a > 0. && !on_arm && c.y < 1.5) {
    float edge = clamp(1. - abs(dot(s.normal, view)), 0., 1.);
    s.albedo = mix(s.albedo, stocking.rgb, clamp(stocking.a + .35 * edge * step(stocking.a, .95), 0., 1.));
    s.specular = .04;
  }
  if (shoe.x > .5 && shoe.x < 1.5 && !on_arm && shoe_distance(c) > .12) discard;
#endif
  float lit, facing_key;
  write_pixel(shade(s, view, lit, facing_key), skin_region(c, on_arm));
}
#endif
