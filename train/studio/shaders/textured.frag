// Ready-made suits, shoes, hats: their own texture, tinted, or a fabric under their baked shadows.
#include "surface.glsl"

#ifdef SHADOW_PASS
void main() {}
#else
uniform sampler2D fabric;
uniform sampler2D normals;
uniform sampler2D print;  // ambient occlusion of a suit

vec3 mapped_normal(vec3 n, vec3 view) {
  vec3 map = texture(normals, v_uv).xyz * 2. - 1.;
  vec3 dx = dFdx(v_world), dy = dFdy(v_world);
  vec2 du = dFdx(v_uv), dv = dFdy(v_uv);
  vec3 tangent = dx * dv.y - dy * du.y;
  tangent = normalize(tangent - n * dot(n, tangent) + 1e-6);
  vec3 bitangent = cross(n, tangent) * sign(du.x * dv.y - du.y * dv.x);
  vec3 bent = normalize(tangent * map.x * 1.4 + bitangent * map.y * 1.4 + n * max(map.z, .3));
  return dot(bent, view) > -.2 ? bent : n;
}

void main() {
  vec3 view = normalize(eye.xyz - v_world);
  vec3 texel = texture(base, v_uv).rgb;
  Surface s = Surface(linear(texel), facing_normal(view), gl_FrontFacing ? 1. : .5, shine.x, shine.y, .22, .25);
  if (label.y > 1.5)
    s.albedo = linear(texture(fabric, v_uv * tile.x + tile.zw).rgb) * mix(.55, 1., texture(print, v_uv).r);
  else if (label.y > .5)
    s.albedo = tint.rgb * pow(dot(texel, vec3(.3, .5, .2)) / max(tint.a, .05), 1.6);
  if (label.z > .5) s.normal = mapped_normal(s.normal, view);
  float lit, facing_key;
  write_pixel(shade(s, view, lit, facing_key), label.x);
}
#endif
