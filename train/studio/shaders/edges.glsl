// Edges of garments in canonical space (dm): positive inside of the cloth, 0 on the hem.

float neck_distance(vec3 c, float on_arm) {
  float kind = top_neck.x, width = top_neck.y;
  float ax = abs(c.x), front = smoothstep(-.15, .35, c.z);
  float depth = mix(top_neck.w, top_neck.z, front);
  if (kind < .5) {            // crew: an ellipse about the neck
    if (c.y > 5.75) return ax < width ? -.1 : ax - width;
    return (length(vec2(c.x / width, (c.y - 5.75) / depth)) - 1.) * min(width, depth);
  }
  if (kind < 1.5) {           // vee
    if (c.y > 5.95) return -.1;
    return -(c.y - (5.75 - depth) - ax * top_neck.z / width * mix(.4, 1., front)) * .5;
  }
  if (kind < 2.5) return top_neck.z - c.y;  // turtle
  if (kind < 3.5) {           // tank: straps between neck and armhole
    float neck = c.y > 5.9 && ax < width ? -.1 : (length(vec2(c.x / width, (c.y - 5.9) / depth)) - 1.) * min(depth, width);
    float strap = top_arm.z + .9 * pow(clamp((5.6 - c.y) / 1.7, 0., 1.), 2.2) + max(0., 3.95 - c.y) * 9.;
    return min(neck, strap - ax);
  }
  return min(depth - c.y + .06 * cos(ax * 4.), on_arm > .5 ? -.1 : 1.);  // strapless
}

float top_distance(vec3 c, vec2 arm) {
  if (top_body.x < .5) return -1.;
  bool on_arm = arm.y > .5;
  float kind = top_neck.x;
  if (on_arm && kind > 2.5 && kind < 3.5) return min(neck_distance(c, 1.), top_arm.y - arm.x);
  float d = on_arm ? top_arm.x - arm.x : min(c.y - (top_body.y + top_body.z * c.x * c.x * .12), 1.);
  if (!on_arm || kind > 3.5) d = min(d, neck_distance(c, arm.y));
  return d;
}

float bottom_distance(vec3 c, vec2 arm) {
  if (bottom.x < .5 || arm.y > .5) return -1.;
  return min(bottom.y - c.y, c.y - bottom.z);
}

// Top edge of a shoe; lower in front.
float shoe_distance(vec3 c) { return shoe.y - shoe.z * smoothstep(.3, 1.2, c.z) - c.y; }
