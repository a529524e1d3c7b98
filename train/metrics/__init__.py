"""Measuring pictures against the truth: the protocol. Each of these choices has changed published numbers.

Pictures. Both are 8-bit RGB of the same size, as a user would save them: a network's output is clamped to
[-1, 1] and rounded to the nearest of 256 levels. Nothing is resized, padded, cropped or written to a lossy
file on the way. Values are divided by 255 before anything is computed (data range 1).

L1. Mean absolute difference over the pixels of the region and three channels; 0 to 1, lower is better.

PSNR. 10 log10(1 / mean squared difference) over the pixels of the region and three channels, of each pair;
tables hold the mean over pairs, not the PSNR of a mean error. The squared difference is at least 1e-10, so no
picture has more than 100 dB. Worked example: a picture that is off by 10 of 255 levels everywhere has 28.13
dB.

SSIM. Wang et al. 2004: Gaussian window of 11x11, sigma 1.5, K1 = 0.01, K2 = 0.03, data range 1, population
covariances; valid windows only (5 px of every border are not rated); computed in each of the three channels
and averaged. Equal to skimage's structural_similarity(gaussian_weights=True, sigma=1.5,
use_sample_covariance=False, data_range=1).

Regions, from the TRUTH's parsing map: the whole picture; the person (class > 0); the face (class 2); and each
class of hair, upper clothes, dress or skirt, pants, arms, legs. SSIM of a region is the mean of the map over
the windows CENTRED in it; windows at its rim see its surroundings. A region of fewer than 64 px (at 256 rows;
in proportion to the area otherwise) is left out for that pair, and tables say how many pairs counted. The
background fills most of a picture, so the whole-picture numbers are mostly a rating of background: read the
person's beside them.

Intervals. 95 %, by a percentile bootstrap of 2,000 draws over PEOPLE: a person is drawn with all its pairs,
since pairs of one person are not independent. Differences between two methods are bootstrapped pair by pair
with the same draws.
"""
