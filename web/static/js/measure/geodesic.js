// Lengths and areas on the WGS-84 ellipsoid. Places are [lon, lat] in degrees.

const A_M = 6378137;
const FLATTENING = 1 / 298.257223563;
const B_M = A_M * (1 - FLATTENING);
const E2 = FLATTENING * (2 - FLATTENING);
const E = Math.sqrt(E2);
const MEAN_RADIUS_M = (2 * A_M + B_M) / 3;
const ROUNDS = 100;
const EPSILON = 1e-12;

const radians = (degrees) => (degrees * Math.PI) / 180;

// Metres along the geodesic, to a millimetre: T. Vincenty, "Direct and inverse solutions of geodesics on the ellipsoid",
// Survey Review 23 (1975). Where that does not converge (almost opposite points of the globe) on a sphere, to 0.5 %.
export function distanceM([lon1, lat1], [lon2, lat2]) {
  const [u1, u2] = [lat1, lat2].map((lat) => Math.atan((1 - FLATTENING) * Math.tan(radians(lat))));
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  const difference = turned(radians(lon2 - lon1));
  let lambda = difference;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)];
    const sinS = Math.hypot(cos2 * sinL, cos1 * sin2 - sin1 * cos2 * cosL);
    if (sinS === 0) return 0;
    const cosS = sin1 * sin2 + cos1 * cos2 * cosL;
    const sigma = Math.atan2(sinS, cosS);
    const sinAlpha = (cos1 * cos2 * sinL) / sinS;
    const cos2Alpha = 1 - sinAlpha * sinAlpha;
    const cosM = cos2Alpha === 0 ? 0 : cosS - (2 * sin1 * sin2) / cos2Alpha; // 0 along the equator
    const c = (FLATTENING / 16) * cos2Alpha * (4 + FLATTENING * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda = difference + (1 - c) * FLATTENING * sinAlpha * (sigma + c * sinS * (cosM + c * cosS * (2 * cosM * cosM - 1)));
    if (Math.abs(lambda - before) < EPSILON) return arcM({ cos2Alpha, sinS, cosS, sigma, cosM });
  }
  return MEAN_RADIUS_M * Math.acos(Math.min(1, Math.max(-1, sin1 * sin2 + cos1 * cos2 * Math.cos(difference))));
}

function arcM({ cos2Alpha, sinS, cosS, sigma, cosM }) {
  const u2 = (cos2Alpha * (A_M * A_M - B_M * B_M)) / (B_M * B_M);
  const a = 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)));
  const b = (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
  const square = 2 * cosM * cosM - 1;
  const last = (b / 6) * cosM * (4 * sinS * sinS - 3) * (4 * cosM * cosM - 3);
  return B_M * a * (sigma - b * sinS * (cosM + (b / 4) * (cosS * square - last)));
}

// Metres along a row of places.
export function lengthM(places) {
  return places.slice(1).reduce((sum, place, i) => sum + distanceM(places[i], place), 0);
}

// Square metres inside a ring (closed by itself): the spherical excess of its edges on the authalic sphere, which has
// the ellipsoid's areas (Snyder, "Map projections: a working manual", 1987, equations 3-11 to 3-13). Its edges are great
// circles of that sphere: up to 100 km across within 0.01 % of the geodesics.
export function areaM2(ring) {
  let excess = 0;
  ring.forEach(([lon, lat], i) => {
    const [lonBefore, latBefore] = ring[(i + ring.length - 1) % ring.length];
    const [t1, t2] = [latBefore, lat].map((value) => Math.tan(authalic(radians(value)) / 2));
    excess += 2 * Math.atan2(Math.tan(turned(radians(lon - lonBefore)) / 2) * (t1 + t2), 1 + t1 * t2);
  });
  return Math.abs(excess) * AUTHALIC_RADIUS_M * AUTHALIC_RADIUS_M;
}

function authalic(lat) {
  return Math.asin(Math.min(1, Math.max(-1, q(Math.sin(lat)) / Q_POLE)));
}

function q(sine) {
  return (1 - E2) * (sine / (1 - E2 * sine * sine) + Math.atanh(E * sine) / E);
}

const Q_POLE = q(1);
const AUTHALIC_RADIUS_M = A_M * Math.sqrt(Q_POLE / 2);

// An angle between -pi and pi.
function turned(angle) {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}
