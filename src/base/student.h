/** Student's t distribution. */
#ifndef SGDLIMIT_BASE_STUDENT_H
#define SGDLIMIT_BASE_STUDENT_H

/** The t that a variable with `freedom` >= 1 degrees of freedom exceeds with probability `tail`,
 * above 0 and at most 1/4. INFINITY beyond the range of doubles. */
double student_quantile(double tail, double freedom);

#endif
