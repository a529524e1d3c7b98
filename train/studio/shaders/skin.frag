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
// Surface ids as in surfaces.py.
float skin_region(vec3 c, bool on_arm) {
  if (on_arm) return 6.;
  if (c.y > 6. && c.z > .8) return 2.;
  if (c.y > 5.2 && c.y < 6.35 && c.z < .75) return 6.;
  if (c.y >= 5.95) return 2.;
  if (c.y >= 3.5) return 6.;
  if (c.y > 1.5) return 8.;
  return c.y > -.7 ? 9. : 7.;  // the shortest shorts end below
}

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
