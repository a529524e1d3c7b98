// Cards with transparent texels: hair, brows, lashes; and the eyes, whose cornea is transparent.
#include "surface.glsl"

// A pixel's four samples ask for different alphas, so that half transparent texels cover it in part. The labels are
// read at x even, y odd: that sample asks for about the mean.
float asked_alpha() {
  ivec2 sample_at = ivec2(gl_FragCoord.xy) & 1;
  return shine.z * (sample_at.y == 1 ? (sample_at.x == 0 ? .9 : 1.75) : (sample_at.x == 0 ? 1.3 : .5));
}

vec4 cut() {
  vec4 texel = texture(base, v_uv);
#ifdef SHADOW_PASS
  if (texel.a < shine.z) discard;
#else
  if (texel.a < asked_alpha()) discard;
#endif
  float strand = .35 * texel.g - .12 * fract(sin(floor(v_uv.x * 90.) * 12.9) * 437.);  // ragged tips
  if (hair.x > .5 && v_rest.y + strand < hair.y) discard;
  return texel;
}

#ifdef SHADOW_PASS
void main() { cut(); }
#else
void main() {
  vec4 texel = cut();
  vec3 view = normalize(eye.xyz - v_world);
  vec3 n = normalize(v_normal);
  if (dot(n, view) < 0.) n = normalize(n - 1.2 * dot(n, view) * view);  // the far side of a lock at the outline
  bool dyed = label.y > .5;
  float tone = luminance(texel.rgb) * tint.a;
  vec3 colour = mix(tint.rgb, hair_tip.rgb, hair.z * smoothstep(hair.w + 1.2, hair.w - 1., v_rest.y));
  colour *= 1. - v_shade;  // locks differ, and those below lie in the shade of others
  Surface s = Surface(dyed ? colour * clamp(.3 + .75 * pow(tone, 1.25), .15, 2.6) : linear(texel.rgb), n, 1.,
                      dyed ? 0. : shine.x, shine.y, .22, .25);
  float lit, facing_key;
  vec3 result = shade(s, view, lit, facing_key);
  if (dyed) {  // the highlight runs across the strands, which hang down
    vec3 strand = normalize(vec3(0., 1., 0.) - n * n.y + n * .22 * (tone - 1.));
    float along = dot(strand, normalize(key_direction.xyz + view));
    result += (tint.rgb * 1.3 + .02) * pow(sqrt(max(0., 1. - along * along)), 30.) * shine.x
            * clamp(tone, .2, 2.) * 1.6 * key_colour.rgb * lit;
    result *= mix(.6, 1., smoothstep(-.3, .5, facing_key));
  }
  write_pixel(result, label.x);
}
#endif
