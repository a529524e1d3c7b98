// Edges of garments in canonical space (dm): positive inside of the cloth, 0 on the hem.

// NECK is the index of the neck's kind in garments.NECKS; without it no top is cut. BOTTOM: trousers are cut.

#ifdef NECK
float neck_distance(vec3 c, bool on_arm) {
  float width = top_neck.y;
  float ax = abs(c.x), front = smoothstep(-.15, .35, c.z);
  float depth = mix(top_neck.w, top_neck.z, front);
#if NECK == 0    // crew: an ellipse about the neck
  if (c.y > 5.75) return ax < width ? -.1 : ax - width;
  return (length(vec2(c.x / width, (c.y - 5.75) / depth)) - 1.) * min(width, depth);
#elif NECK == 1  // vee
  if (c.y > 5.95) return -.1;
  return -(c.y - (5.75 - depth) - ax * top_neck.z / width * mix(.4, 1., front)) * .5;
#elif NECK == 2  // turtle
  return top_neck.z - .18 * smoothstep(0., .6, c.z) - c.y;  // lower under the chin, where the mesh ends
#elif NECK == 3  // tank: straps between neck and armhole
  float hole = (length(vec2(c.x / width, (c.y - 5.9) / depth)) - 1.) * min(depth, width);
  if (c.y > 5.9 && ax < width) hole = -.1;
  float strap = top_arm.z + .9 * pow(clamp((5.6 - c.y) / 1.7, 0., 1.), 2.2) + max(0., 3.95 - c.y) * 9.;
  return min(hole, strap - ax);
#else            // strapless
  return on_arm ? -.1 : min(depth - c.y + .06 * cos(ax * 4.), 1.);
#endif
}
#endif

float top_distance(vec3 c, vec2 arm) {
#ifndef NECK
  return -1.;
#else
  bool on_arm = arm.y > .5;
  float body = min(c.y - (top_body.y + top_body.z * c.x * c.x * .12), 1.);
#if NECK == 3
  return min(neck_distance(c, on_arm), on_arm ? top_arm.y - arm.x : body);
#elif NECK == 4
  return min(neck_distance(c, on_arm), on_arm ? top_arm.x - arm.x : body);
#else
  return on_arm ? top_arm.x - arm.x : min(neck_distance(c, false), body);
#endif
#endif
}

float bottom_distance(vec3 c, vec2 arm) {
#ifdef BOTTOM
  if (arm.y < .5) return min(bottom.y - c.y, c.y - bottom.z);
#endif
  return -1.;
}

// Top edge of a shoe; lower in front.
float shoe_distance(vec3 c) { return shoe.y - shoe.z * smoothstep(.3, 1.2, c.z) - c.y; }
