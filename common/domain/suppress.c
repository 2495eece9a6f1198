/*
 * A table with totals is a circulation: what flows from "all" through a row into a column and back
 * to "all". Cells are its edges and the totals its edges at "all"; every node's inflow is its
 * outflow. Whatever a reader may take the hidden cells for differs from the truth by cycles, so a
 * hidden cell can be reckoned exactly when no cycle of hidden cells goes through it: of edges that
 * may grow in their direction, and may shrink against it. What a reader knows of hidden cells -
 * 1 to 4, or at least 5 - are the bounds of growing and shrinking. Where they are too tight, the
 * table is drawn vaguely: then a reader knows of any hidden cell only that it is not 0, and one
 * cycle is always there, through the totals.
 *
 * A cell that can be reckoned is protected by hiding the cells of the cheapest cycle through it.
 * Source: Castro, "A shortest-paths heuristic for statistical data protection in positive tables",
 * INFORMS Journal on Computing 19(4), 2007.
 */
#include "common/domain/suppress.h"

#include "common/check.h"

static const int64_t far = INT64_MAX / 4;

struct graph {
    const struct suppress_table *table;
    size_t width, cells, nodes;
    bool vague;
    int64_t *cost; /* of the cheapest way to each node */
    size_t *by;    /* the cell it came by */
};

struct ends {
    size_t from, to;
};

/* Nodes: rows, columns, then "all" as it goes out and as it comes back. */
static struct ends ends_of(const struct graph *graph, size_t cell)
{
    const size_t rows = graph->table->rows, columns = graph->table->columns;
    const size_t row = cell / graph->width, column = cell % graph->width;
    const size_t out = rows + columns, back = out + 1;

    if (row < rows && column < columns)
        return (struct ends){row, rows + column};
    if (row < rows)
        return (struct ends){out, row};
    if (column < columns)
        return (struct ends){rows + column, back};
    return (struct ends){back, out};
}

static bool printed(const struct graph *graph, size_t cell)
{
    const struct suppress_table *table = graph->table;
    const bool row_total = cell % graph->width == table->columns;
    const bool column_total = cell / graph->width == table->rows;

    if (row_total && column_total)
        return table->row_totals || table->column_totals;
    return row_total ? table->row_totals : !column_total || table->column_totals;
}

static bool hidden(const struct graph *graph, size_t cell)
{
    return !printed(graph, cell) || graph->table->marks[cell] != SUPPRESS_SHOWN;
}

/* What it costs to let a cell grow or shrink by one in the reader's eyes; `far`: it cannot. */
static int64_t cost_of(const struct graph *graph, size_t cell, bool grow)
{
    const int64_t count = graph->table->counts[cell];

    if (!printed(graph, cell))
        return grow || count > 0 ? 0 : far;
    if (graph->vague && graph->table->marks[cell] == SUPPRESS_HIDDEN)
        return grow || count > 1 ? 0 : far;
    if (graph->table->marks[cell] == SUPPRESS_SMALL)
        return (grow ? count < SUPPRESS_LEAST - 1 : count > 1) ? 0 : far;
    if (count < SUPPRESS_LEAST || (!grow && count == SUPPRESS_LEAST))
        return far;
    return graph->table->marks[cell] == SUPPRESS_HIDDEN ? 0 : count;
}

static bool reach(struct graph *graph, size_t from, size_t to, size_t cell, int64_t cost)
{
    if (cost >= far || graph->cost[from] >= far || graph->cost[from] + cost >= graph->cost[to])
        return false;
    graph->cost[to] = graph->cost[from] + cost;
    graph->by[to] = cell;
    return true;
}

/* Cheapest ways from a node, without the cell itself (Bellman and Ford: our tables are small). */
static void find_ways(struct graph *graph, size_t from, size_t without)
{
    bool nearer = true;

    for (size_t i = 0; i < graph->nodes; i++)
        graph->cost[i] = far;
    graph->cost[from] = 0;
    for (size_t round = 0; nearer && round < graph->nodes; round++) {
        nearer = false;
        for (size_t cell = 0; cell < graph->cells; cell++) {
            const struct ends ends = ends_of(graph, cell);
            if (cell == without)
                continue;
            nearer |= reach(graph, ends.from, ends.to, cell, cost_of(graph, cell, true));
            nearer |= reach(graph, ends.to, ends.from, cell, cost_of(graph, cell, false));
        }
    }
}

/* The cost of the cheapest cycle on which the cell grows, or shrinks. */
static int64_t cycle_cost(struct graph *graph, size_t cell, bool grow)
{
    const struct ends ends = ends_of(graph, cell);

    if (cost_of(graph, cell, grow) >= far)
        return far;
    find_ways(graph, grow ? ends.to : ends.from, cell);
    return graph->cost[grow ? ends.from : ends.to];
}

static void hide_cycle(struct graph *graph, size_t cell, bool grow)
{
    const struct ends ends = ends_of(graph, cell);
    const size_t start = grow ? ends.to : ends.from;

    cycle_cost(graph, cell, grow);
    for (size_t node = grow ? ends.from : ends.to; node != start;) {
        const size_t by = graph->by[node];
        const struct ends step = ends_of(graph, by);
        if (!hidden(graph, by))
            graph->table->marks[by] = SUPPRESS_HIDDEN;
        node = step.from == node ? step.to : step.from;
    }
}

static bool protect(struct graph *graph, size_t cell)
{
    const int64_t grown = cycle_cost(graph, cell, true);
    const int64_t shrunk = cycle_cost(graph, cell, false);

    if (grown >= far && shrunk >= far)
        return false;
    if (grown > 0 && shrunk > 0)
        hide_cycle(graph, cell, grown <= shrunk);
    return true;
}

void suppress_totals(int64_t *counts, size_t rows, size_t columns)
{
    const size_t width = columns + 1;

    for (size_t j = 0; j <= columns; j++)
        counts[rows * width + j] = 0;
    for (size_t i = 0; i < rows; i++) {
        counts[i * width + columns] = 0;
        for (size_t j = 0; j < columns; j++) {
            counts[i * width + columns] += counts[i * width + j];
            counts[rows * width + j] += counts[i * width + j];
        }
        counts[rows * width + columns] += counts[i * width + columns];
    }
}

static void mark_small(const struct graph *graph)
{
    for (size_t cell = 0; cell < graph->cells; cell++) {
        const int64_t count = graph->table->counts[cell];
        CHECK(count >= 0);
        if (count == 0)
            graph->table->marks[cell] = SUPPRESS_SHOWN;
        else if (count < SUPPRESS_LEAST)
            graph->table->marks[cell] = graph->vague ? SUPPRESS_HIDDEN : SUPPRESS_SMALL;
    }
}

/* Hiding more only opens more cycles: who was protected stays so, and one round is enough. */
static bool protect_all(struct graph *graph)
{
    mark_small(graph);
    for (size_t cell = 0; cell < graph->cells; cell++)
        if (printed(graph, cell) && hidden(graph, cell) && !protect(graph, cell))
            return false;
    return true;
}

void suppress_decide(struct arena *arena, const struct suppress_table *table)
{
    struct graph graph = {.table = table, .width = table->columns + 1};

    graph.cells = (table->rows + 1) * graph.width;
    graph.nodes = table->rows + table->columns + 2;
    graph.cost = ARENA_ARRAY(arena, int64_t, graph.nodes);
    graph.by = ARENA_ARRAY(arena, size_t, graph.nodes);
    if (protect_all(&graph))
        return;
    graph.vague = true;
    CHECK(protect_all(&graph));
}
