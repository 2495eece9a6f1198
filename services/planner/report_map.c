/*
 * Where to draw districts of which only the travel times are known: classical scaling (Torgerson
 * 1952) of the symmetric times, by power iteration, then circles pushed apart.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/report_inside.h"

enum { POWER_STEPS = 120, PUSH_STEPS = 200, MOST_DISTRICTS_SCALED = 400 };

static double *numbers(size_t count)
{
    double *all = memory_grow(NULL, (count + 1) * sizeof *all);

    memset(all, 0, (count + 1) * sizeof *all);
    return all;
}

/* -1/2 of the squared times, centred by rows and columns. */
static double *centred_squares(const struct instance *in, size_t n)
{
    double *matrix = numbers(n * n), *means = numbers(n), mean = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const double time = i == j ? 0
                                       : (instance_travel(in, (int32_t)i, (int32_t)j) +
                                             instance_travel(in, (int32_t)j, (int32_t)i)) /
                                             2.0;
            matrix[i * n + j] = time * time;
            means[i] += time * time / (double)n;
        }
    for (size_t i = 0; i < n; i++)
        mean += means[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            matrix[i * n + j] = -0.5 * (matrix[i * n + j] - means[i] - means[j] + mean);
    free(means);
    return matrix;
}

static double normalise(double *vector, size_t n)
{
    double length = 0;

    for (size_t i = 0; i < n; i++)
        length += vector[i] * vector[i];
    length = sqrt(length);
    for (size_t i = 0; i < n && length > 0; i++)
        vector[i] /= length;
    return length;
}

/* The strongest direction of a symmetric matrix, times the root of its strength; it is taken out
 * of the matrix. The start is fixed, so a map is the same on every day. */
static double *take_direction(double *matrix, size_t n)
{
    double *vector = numbers(n), *next = numbers(n), strength = 0;

    for (size_t i = 0; i < n; i++)
        vector[i] = 1.0 + (double)(i * 7 % 13);
    normalise(vector, n);
    for (int step = 0; step < POWER_STEPS; step++) {
        for (size_t i = 0; i < n; i++) {
            next[i] = 0;
            for (size_t j = 0; j < n; j++)
                next[i] += matrix[i * n + j] * vector[j];
        }
        memcpy(vector, next, n * sizeof *vector);
        strength = normalise(vector, n);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            matrix[i * n + j] -= strength * vector[i] * vector[j];
    for (size_t i = 0; i < n; i++)
        vector[i] *= sqrt(strength);
    free(next);
    return vector;
}

/* From any coordinates to those of the sheet, with room for the circles at its edges. */
static void fit_axis(double *values, size_t n, double size, double margin)
{
    double low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        low = fmin(low, values[i]);
        high = fmax(high, values[i]);
    }
    for (size_t i = 0; i < n; i++)
        values[i] =
            high > low ? margin + (values[i] - low) / (high - low) * (size - 2 * margin) : size / 2;
}

/* Two circles that cover each other move apart by half of it each. */
static bool push(struct point *a, struct point *b, double reach)
{
    double x = b->x - a->x, y = b->y - a->y;
    double distance = sqrt(x * x + y * y);

    if (distance >= reach)
        return false;
    if (distance < 0.01) {
        x = 1;
        y = 0.5;
        distance = 1.12;
    }
    const double move = (reach - distance) / 2 / distance;
    a->x -= x * move;
    a->y -= y * move;
    b->x += x * move;
    b->y += y * move;
    return true;
}

static void push_apart(
    struct point *points, const double *radii, size_t n, double width, double height)
{
    bool moved = true;

    for (int step = 0; step < PUSH_STEPS && moved; step++) {
        moved = false;
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++)
                moved |= push(&points[i], &points[j], radii[i] + radii[j]);
        for (size_t i = 0; i < n; i++) {
            points[i].x = fmax(radii[i], fmin(width - radii[i], points[i].x));
            points[i].y = fmax(radii[i], fmin(height - radii[i], points[i].y));
        }
    }
}

void map_lay_out(const struct instance *in, const double *radii, double width, double height,
    struct point *points)
{
    const size_t n = (size_t)in->district_count;
    double largest = 0;

    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, radii[i]);
    if (n == 0 || n > MOST_DISTRICTS_SCALED)
        return;
    double *matrix = centred_squares(in, n);
    double *x = take_direction(matrix, n), *y = take_direction(matrix, n);

    fit_axis(x, n, width, largest);
    fit_axis(y, n, height, largest);
    for (size_t i = 0; i < n; i++)
        points[i] = (struct point){x[i], y[i]};
    push_apart(points, radii, n, width, height);
    free(matrix);
    free(x);
    free(y);
}
