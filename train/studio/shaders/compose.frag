// Person over backdrop: occlusion, tone mapping, 2x2 samples to one pixel; wall, floor, shadows; grain. GLOSSY adds the
// reflection in the floor.
#include "blocks.glsl"
in vec2 at;
in vec3 ray;
out vec4 out_picture;
uniform sampler2D colour_map;
uniform sampler2D open_map;
uniform sampler2D surface_map;
uniform sampler2D silhouette_map;
uniform sampler2D wall_map;
uniform sampler2D floor_map;
uniform vec2 pixel;      // size of a sample
uniform vec3 room;       // height of the floor, distance of the wall, cove (dm)
uniform vec4 texels;     // share of wall and floor in a dm, texels of the floor in a dm, its blur per dm behind the person
uniform vec4 looks;      // corner, gloss, falloff, vignette
uniform vec2 shadow;     // depth, width of its edge per dm
uniform vec3 feet[2];    // x, z, how near the floor
uniform float exposure;

float hash(vec2 p) { return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453); }

vec2 mirrored(vec2 p) { return 1. - abs(mod(p, 2.) - 1.); }
float mirrored(float p) { return 1. - abs(mod(p, 2.) - 1.); }

vec3 tone_mapped(vec3 colour) {
  colour *= exposure;
  colour = colour / (1. + .18 * colour) * 1.06;
  vec3 bright = max(colour - .6, 0.);
  colour = min(colour, .6) + bright / (1. + 2.2 * bright);  // white cloth keeps its folds
  return pow(clamp(colour, 0., 1.), vec3(1. / 2.2));
}

// Share of the key light that the person keeps from a place: its silhouette, blurred with the distance from it. Beyond
// the shadow map it fades within half a dm; a texture would go on with what is at its edge.
float in_shadow(vec3 place) {
  vec3 q = (light_projection * vec4(place, 1.)).xyz * .5 + .5;
  float edge = max((q.z - .5) * SHADOW_DEPTH * shadow.y, .35);
  vec2 aside = vec2(.2 / SHADOW_SPAN) * edge;
  float level = log2(edge * (SILHOUETTE_SIZE / SHADOW_SPAN)) - .7;
  vec2 beyond = max(abs(q.xy - .5) - .5, 0.) * SHADOW_SPAN;
  float there = 1. - smoothstep(0., .5, max(beyond.x, beyond.y));
  return there * .5 * (textureLod(silhouette_map, q.xy + aside, level).r + textureLod(silhouette_map, q.xy - aside, level).r);
}

#ifdef GLOSSY
// The person in a glossy floor, as if it stood in one plane; rgb and how much of it.
vec4 reflection(vec3 place) {
  vec3 bounced = vec3(ray.x, -ray.y, ray.z);
  vec3 seen = place - bounced * (place.z / bounced.z);
  float high = seen.y - room.x;
  vec4 q = view_projection * vec4(seen, 1.), sum = vec4(0.);
  for (int k = 0; k < 4; k++) {
    vec2 p = q.xy / q.w * .5 + .5 + (vec2(k & 1, k >> 1) - .5) * pixel * (2. + 5. * high);
    if (texture(surface_map, p).r > .5 / 255.) sum += vec4(tone_mapped(texture(colour_map, p).rgb), 1.);
  }
  float share = step(0., place.z) * step(0., high) * exp(-high * .35);
  return vec4(sum.rgb / max(sum.a, 1.), .25 * sum.a * share);
}
#endif

vec3 surroundings() {
  float to_wall = (-room.y - eye.z) / ray.z;
  float to_floor = ray.y < 0. ? (room.x - eye.y) / ray.y : 1e9;
  vec3 wall = eye.xyz + ray * to_wall, ground = eye.xyz + ray * min(to_floor, to_wall);
  float high = wall.y - room.x;
  float upright = smoothstep(-1., 1., high / max(room.z, eye.w));
  vec3 upper = texture(wall_map, vec2(mirrored(wall.x * texels.x + .5), high * texels.x)).rgb;

  vec2 spread = vec2(length(dFdx(ground)), length(dFdy(ground)));
  float footprint = max(sqrt(spread.x * spread.y), max(-ground.z, 0.) * texels.w);
  vec3 lower = textureLod(floor_map, mirrored(ground.xz * texels.y), log2(footprint * texels.z)).rgb;
  lower *= 1. - looks.z * min(dot(ground.xz, ground.xz) / 400., 1.5);
#ifdef GLOSSY
  vec4 mirror = reflection(ground);
  lower = mix(lower, mirror.rgb, looks.y * mirror.a);
#endif
  float touched = 0.;
  for (int i = 0; i < 2; i++) {
    vec2 d = ground.xz - feet[i].xy;
    float near = 1. / (1. + dot(d, d)), around = 1. / (1. + .1 * dot(d, d));
    touched += feet[i].z * (.45 * near * near + .2 * around * around);
  }
  lower *= 1. - min(touched, .7);
  float to_edge = (.4 + room.z) / (.4 + room.z + max(ground.z + room.y, 0.) + max(high, 0.));
  float edge = 1. - looks.x * to_edge * to_edge;

  vec3 place = mix(ground, wall, upright);
  return mix(lower, upper, upright) * edge * (1. - shadow.x * in_shadow(place));
}

void main() {
  vec3 background = surroundings(), sum = vec3(0.);
  float open = 0.;
  for (int k = 0; k < 4; k++) open += .25 * texture(open_map, at + (vec2(k & 1, k >> 1) - .5) * 2. * pixel).r;
  vec3 ambient = mix(vec3(.39, .286, .26), vec3(1.), open);
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++) {
      vec2 q = at + (vec2(i, j) - .5) * pixel;
      if (texture(surface_map, q).r < .5 / 255.) { sum += background; continue; }
      vec4 drawn = texture(colour_map, q);  // sheer cloth lets what is behind it through
      sum += drawn.a * tone_mapped(drawn.rgb / drawn.a * ambient) + (1. - drawn.a) * background;
    }
  vec2 off_centre = (at - .5) * vec2(.9, 1.);
  vec3 picture = sum * .25 * (1. - looks.w * dot(off_centre, off_centre));
  out_picture = vec4(picture + (hash(at * 917.) - .5) * .012, 1.);
}
