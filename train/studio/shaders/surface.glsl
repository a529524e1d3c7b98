// What the fragment shaders of all materials share: inputs, outputs, lighting.
#include "blocks.glsl"
in vec3 v_world; in vec3 v_normal; in vec3 v_light;
in vec3 v_rest; in vec3 v_rest_normal; in vec2 v_uv; in vec3 v_canonical; in vec2 v_arm; in float v_shade;
uniform sampler2D base;

#ifndef SHADOW_PASS
layout(location = 0) out vec4 out_colour;
layout(location = 1) out vec4 out_surface;  // surface id, then surface coordinates
uniform sampler2D shadow_map;

struct Surface { vec3 albedo; vec3 normal; float cavity; float specular; float gloss; float wrap; float sheen; };

vec3 linear(vec3 colour) { return pow(colour, vec3(2.2)); }
float luminance(vec3 colour) { return dot(colour, vec3(.3, .55, .15)); }

// The normal on the side that is seen.
vec3 facing_normal(vec3 view) {
  vec3 n = normalize(v_normal);
  return !gl_FrontFacing && dot(n, view) < 0. ? -n : n;
}

// Share of the key light that arrives: 3x3 percentage-closer filter, wider for a larger lamp (key_direction.w).
float lit_share() {
  float lit = 0., texel = key_direction.w / SHADOW_SIZE;
  for (int i = -1; i <= 1; i++)
    for (int j = -1; j <= 1; j++)
      lit += v_light.z - .006 > texture(shadow_map, v_light.xy + vec2(i, j) * texel).r ? 0. : 1.;
  return lit / 9.;
}

// Hemisphere ambient, wrapped key with shadow, frontal fill, rim from behind; Blinn highlights of key and fill.
vec3 shade(Surface s, vec3 view, out float lit, out float facing_key) {
  lit = lit_share();
  facing_key = dot(s.normal, key_direction.xyz);
  float shadowed = mix(key_colour.w, 1., lit);  // w: what reaches into the shadow
  float key = clamp((facing_key + s.wrap) / (1. + s.wrap), 0., 1.) * shadowed;
  float fill = clamp((dot(s.normal, fill_direction.xyz) + .4) / 1.4, 0., 1.);
  vec3 light = mix(ambient_down.rgb, ambient_up.rgb, s.normal.y * .5 + .5) + key_colour.rgb * key
             + fill_colour.rgb * fill;
  float grazing = 1. - clamp(dot(s.normal, view), 0., 1.);
  float fresnel = grazing * grazing * grazing * grazing;
  float rim = clamp(dot(s.normal, rim_direction.xyz), 0., 1.);
  light += rim_colour.rgb * rim * rim * (.4 + fresnel);
#ifdef SKIN
  light *= mix(vec3(1.), vec3(1.04, .985, .96), 1. - key);  // a slightly warm terminator
#endif
  float highlight = pow(clamp(dot(s.normal, normalize(key_direction.xyz + view)), 0., 1.), s.gloss) * lit
                    * step(0., facing_key)
                  + .4 * pow(clamp(dot(s.normal, normalize(fill_direction.xyz + view)), 0., 1.), s.gloss);
  return s.albedo * light * s.cavity + s.specular * highlight * key_colour.rgb
       + fresnel * .07 * s.sheen * ambient_up.rgb;
}

void write_pixel(vec3 colour, float surface) {
  out_colour = vec4(colour, 1.);
  out_surface = vec4(surface, clamp(127.5 + v_canonical * (127. / SURFACE_SPAN), 1., 255.)) / 255.;
}

// The normal bent by a height field (dm) given per pixel: surface gradient by screen derivatives, no tangents.
vec3 bumped(vec3 n, float height, vec3 view) {
  vec3 dx = dFdx(v_world), dy = dFdy(v_world);
  vec3 r1 = cross(dy, n), r2 = cross(n, dx);
  float area = dot(dx, r1);
  vec3 gradient = sign(area) * (dFdx(height) * r1 + dFdy(height) * r2);
  vec3 bent = normalize(abs(area) * n - gradient);
  return dot(bent, view) > -.2 ? bent : n;
}
#endif
