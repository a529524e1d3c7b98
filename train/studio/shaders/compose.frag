// Person over background: occlusion, tone mapping, 2x2 samples to one pixel, contact shadow, grain.
in vec2 at;
out vec4 out_picture;
uniform sampler2D colour_map;
uniform sampler2D open_map;
uniform sampler2D surface_map;
uniform vec2 pixel;          // size of a sample
uniform vec3 backdrop_low;
uniform vec3 backdrop_high;
uniform vec4 backdrop;       // slope up, slope across, offset, vignette
uniform float exposure;
uniform vec3 ground;         // contact shadow: x, y, half width (0: none)

float hash(vec2 p) { return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453); }

vec3 tone_mapped(vec3 colour) {
  colour *= exposure;
  colour = colour / (1. + .18 * colour) * 1.06;
  return pow(clamp(colour, 0., 1.), vec3(1. / 2.2));
}

vec3 wall() {
  vec3 colour = mix(backdrop_low, backdrop_high, smoothstep(0., 1., at.y * backdrop.x + (at.x - .5) * backdrop.y + backdrop.z));
  float off_centre = length((at - .5) * vec2(.9, 1.));
  colour *= 1. - backdrop.w * off_centre * off_centre;
  if (ground.z > 0.) {
    vec2 d = (at - ground.xy) / vec2(ground.z, ground.z * .16);
    colour *= 1. - .3 * exp(-dot(d, d));
  }
  return colour;
}

void main() {
  vec3 background = wall(), sum = vec3(0.);
  float open = 0.;
  for (int k = 0; k < 4; k++) open += .25 * texture(open_map, at + (vec2(k & 1, k >> 1) - .5) * 2. * pixel).r;
  vec3 ambient = mix(vec3(.39, .286, .26), vec3(1.), open);
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++) {
      vec2 q = at + (vec2(i, j) - .5) * pixel;
      if (texture(surface_map, q).r < .5 / 255.) { sum += background; continue; }
      sum += tone_mapped(texture(colour_map, q).rgb * ambient);
    }
  out_picture = vec4(sum * .25 + (hash(at * 917.) - .5) * .012, 1.);
}
