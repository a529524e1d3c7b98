// One triangle over the whole screen, with the ray from the eye through every point of it.
#include "blocks.glsl"
in vec2 corner;
out vec2 at;
out vec3 ray;
void main() {
  at = corner * .5 + .5;
  vec4 far = inverse(view_projection) * vec4(corner, 1., 1.);
  ray = far.xyz / far.w - eye.xyz;
  gl_Position = vec4(corner, 0., 1.);
}
