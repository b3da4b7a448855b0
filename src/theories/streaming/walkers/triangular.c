#include "src/theories/streaming/walkers/triangular.h"

#include <math.h>
#include <string.h>

void triangular_push(size_t L, double *R, double *row)
{
    for (size_t c = 0; c < L; c++) {
        double *pivot = R + c * L;
        if (row[c] == 0)
            continue;
        double length = hypot(pivot[c], row[c]);
        double cosine = pivot[c] / length, sine = row[c] / length;
        for (size_t e = c; e < L; e++) {
            double turned = cosine * pivot[e] + sine * row[e];
            row[e] = cosine * row[e] - sine * pivot[e];
            pivot[e] = turned;
        }
    }
}

static double column_norm(size_t rows, size_t L, const double *F, size_t column)
{
    double sum = 0;
    for (size_t i = column; i < rows; i++)
        sum += F[i * L + column] * F[i * L + column];
    return sqrt(sum);
}

void triangular_reduce(size_t rows, size_t L, double *F)
{
    for (size_t c = 0; c < L && c + 1 < rows; c++) {
        double norm = column_norm(rows, L, F, c);
        if (norm == 0)
            continue;
        /* The reflection's vector is column c with its first entry moved away from zero. */
        double head = F[c * L + c], image = head > 0 ? -norm : norm;
        double v0 = head - image, scale = -1 / (image * v0);
        for (size_t e = c + 1; e < L; e++) {
            double projection = v0 * F[c * L + e];
            for (size_t i = c + 1; i < rows; i++)
                projection += F[i * L + c] * F[i * L + e];
            projection *= scale;
            F[c * L + e] -= projection * v0;
            for (size_t i = c + 1; i < rows; i++)
                F[i * L + e] -= projection * F[i * L + c];
        }
        F[c * L + c] = image;
        for (size_t i = c + 1; i < rows; i++)
            F[i * L + c] = 0;
    }
}

void triangular_draw(double n, size_t L, normals_t *normals, words_t *words, double *T)
{
    for (size_t u = 0; u < L && (double)u < n; u++) {
        memset(T + u * L, 0, u * sizeof *T);
        T[u * L + u] = stream_chi(normals, words, n - (double)u);
        for (size_t v = u + 1; v < L; v++)
            T[u * L + v] = normals_next(normals);
    }
}

void triangular_cholesky(size_t rows, size_t L, double *P, double *F)
{
    double largest = 0;
    memset(F, 0, rows * L * sizeof *F);
    for (size_t a = 0, p = 0; a < L; p += L - a, a++)
        largest = fmax(largest, P[p]);
    for (size_t a = 0, p = 0, row = 0; a < L && row < rows; p += L - a, a++) {
        if (P[p] <= 1e-14 * largest)
            continue;
        double *f = F + row++ * L;
        for (size_t b = a; b < L; b++)
            f[b] = P[p + b - a] / sqrt(P[p]);
        for (size_t b = a + 1, q = p + L - a; b < L; q += L - b, b++)
            for (size_t c = b; c < L; c++)
                P[q + c - b] -= f[b] * f[c];
    }
}
