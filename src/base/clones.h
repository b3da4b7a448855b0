/**
 * CLONES in front of a function compiles it for several levels of x86-64 and picks one at run time.
 *
 * With contraction to fused multiply-adds off (meson.build), element-wise work gives the same bytes
 * on all of them; sums may differ in their last bits with the width of the vectors.
 */
#ifndef SGDLIMIT_BASE_CLONES_H
#define SGDLIMIT_BASE_CLONES_H

/* The run-time choice needs the GNU loader's indirect functions, which ask before the thread
 * sanitizer is ready to be asked. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && __GNUC__ >= 12 &&      \
    !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define CLONED /* there are such levels */
#else
#define CLONES
#endif

#endif
