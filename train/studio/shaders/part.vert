// Every part of the person: already skinned on the processor, projected here.
#include "blocks.glsl"
in vec3 position; in vec3 normal;
in vec3 rest_position; in vec3 rest_normal; in vec2 uv; in vec3 canonical; in vec2 arm; in float shade;
out vec3 v_world; out vec3 v_normal; out vec3 v_light;
out vec3 v_rest; out vec3 v_rest_normal; out vec2 v_uv; out vec3 v_canonical; out vec2 v_arm; out float v_shade;

void main() {
  v_world = position; v_normal = normal;
  v_rest = rest_position; v_rest_normal = rest_normal; v_uv = uv;
  v_canonical = canonical; v_arm = arm; v_shade = shade;
#ifdef SHADOW_PASS
  gl_Position = light_projection * vec4(position, 1.);
#else
  v_light = (light_projection * vec4(position, 1.)).xyz * .5 + .5;
  gl_Position = view_projection * vec4(position, 1.);
  // Depth alone is taken from a point further from the eye: layers stay in order without moving on the screen.
  float behind = (arm.y > .5 || canonical.y > 6.) ? depth.x : mix(depth.y, depth.x, smoothstep(5.2, 6., canonical.y));
  vec4 moved = view_projection * vec4(position + normalize(position - eye.xyz) * behind, 1.);
  gl_Position.z = moved.z / moved.w * gl_Position.w;
#endif
}
