// Ambient occlusion of the screen: opposite pairs of taps, so that a slope alone occludes nothing.
in vec2 at;
out vec4 out_open;
uniform sampler2D depth_map;
uniform vec2 range;   // near, far (dm)
uniform vec2 reach;   // screen reach of 1 dm at distance 1 dm
const float RADIUS = .55;  // dm
const int TAPS = 10;

float distance_at(vec2 q) {
  float z = texture(depth_map, q).r * 2. - 1.;
  return 2. * range.x * range.y / (range.y + range.x - z * (range.y - range.x));
}

void main() {
  if (texture(depth_map, at).r > .9999) { out_open = vec4(1.); return; }
  float here = distance_at(at);
  float turn = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(.06711056, .00583715)))) * 6.2832;
  float occluded = 0.;
  for (int i = 0; i < TAPS; i++) {
    float share = (float(i) + .5) / float(TAPS), angle = turn + float(i) * 2.399963;
    vec2 offset = vec2(cos(angle), sin(angle)) * reach * (RADIUS / here) * share;
    float a = here - distance_at(at + offset), b = here - distance_at(at - offset);
    float rise = max(.5 * (a + b), 0.);
    occluded += clamp(rise / (share * RADIUS * .55 + .02) - .08, 0., 1.)
              * smoothstep(3. * RADIUS, RADIUS, max(abs(a), abs(b)));
  }
  out_open = vec4(1. - occluded / float(TAPS));
}
