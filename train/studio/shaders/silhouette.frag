// The person as the key light sees it, 4x4 samples of the shadow map to one: 1 where light is kept from what is behind.
out vec4 out_share;
uniform sampler2D shadow_map;

void main() {
  ivec2 first = ivec2(gl_FragCoord.xy) * 4;
  float kept = 0.;
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) kept += step(texelFetch(shadow_map, first + ivec2(i, j), 0).r, .9999);
  out_share = vec4(kept / 16.);
}
