// The person as the key light sees it, 8x8 samples of the shadow map to one, every other of them looked at: 1 where
// light is kept from what is behind.
out vec4 out_share;
uniform sampler2D shadow_map;

void main() {
  ivec2 first = ivec2(gl_FragCoord.xy) * 8;
  float kept = 0.;
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) kept += step(texelFetch(shadow_map, first + 2 * ivec2(i, j), 0).r, .9999);
  out_share = vec4(kept / 16.);
}
