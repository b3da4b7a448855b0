# Draws what `sgdlimit plot` prepared: gnuplot -c curve.gp FOLDER
#
# FOLDER/parameters states the picture (arrays by panel: x_label, y_label, log_x, log_y, x_low, x_high,
# series, points, lines, bands, means; legend[first_legend[p] + i - 1] of series i; caption[1..]), and
# FOLDER/panelP holds one block a series with columns x, line, low, high, mean.

folder = ARG1
load folder.'/parameters'

# ---- the page, in units of style.gp: title, panels (each with its legend), legend, caption ------
panel_width = across == 1 ? 720 : 600
most_keys = 30
limit(n) = n < most_keys ? n : most_keys

# legend entries: the series' own, then what lines, points and bands are
array named[panels]
array kinds[panels]
do for [p=1:panels] {
    named[p] = longest_legend > 0 && (p == 1 || !shared_legend) ? limit(series[p]) : 0
    kinds[p] = p == 1 || !shared_legend ? (means[p] ? 1 : 0) + (bands[p] ? 1 : 0) + (means[p] && lines[p] ? 1 : 0) : 0
}
longest = longest_legend > 22 ? longest_legend : (kinds[1] > 0 ? 22 : longest_legend)
entry_width = longest * 9.0 + 74
room = int((shared_legend ? panel_width * across : panel_width) * 0.98 / entry_width)
room = room < 1 ? 1 : room
entry_rows(p) = (named[p] + kinds[p] + room - 1) / room
height_of(entry_rows) = entry_rows > 0 ? 26 * entry_rows + 14 : 0

# where each row of panels begins, counted from the top; the last row ends above the shared legend
array row_start[rows + 1]
row_start[1] = strlen(title_text) > 0 ? 40 : 4
do for [r=1:rows] {
    most = 0
    do for [p=(r-1)*across+1:(r*across < panels ? r*across : panels)] {
        most = !shared_legend && entry_rows(p) > most ? entry_rows(p) : most
    }
    row_start[r + 1] = row_start[r] + 430 + height_of(most)
}
legend_height = shared_legend ? height_of(entry_rows(1)) : 0
caption_height = caption_lines > 0 ? 20 * caption_lines + 16 : 0
width = panel_width * across
height = row_start[rows + 1] + legend_height + caption_height
height = legend_height + caption_height > 0 ? height : height + 8

picture = folder.'/picture'
load style

# ---- words around the panels -------------------------------------------------------------------
if (strlen(title_text) > 0) {
    set label 1 title_text at screen 0.5, screen (height - 26.0) / height center noenhanced
}
do for [i=1:caption_lines] {
    set label (i + 1) caption[i] at screen 14.0 / width, screen (caption_height - 20.0 * i + 2) / height \
        left font small_font textcolor rgb 0x505050 noenhanced
}

# ---- the panels --------------------------------------------------------------------------------
left(p) = ((p - 1) % across) * panel_width
upper(p) = height - row_start[(p - 1) / across + 1]
set multiplot
do for [p=1:panels] {
    set lmargin at screen (left(p) + 112.0) / width
    set rmargin at screen (left(p) + panel_width - 26.0) / width
    set tmargin at screen (upper(p) - 14.0) / height
    set bmargin at screen (upper(p) - 430 + 66.0) / height
    set xlabel x_label[p] noenhanced
    set ylabel y_label[p] noenhanced
    unset logscale
    set format '%g'
    set autoscale x
    if (x_low[p] < x_high[p]) { set xrange [x_low[p]:x_high[p]] }
    if (log_x[p]) { set logscale x; set format x log_format }
    if (log_y[p]) { set logscale y; set format y log_format }

    file = sprintf('%s/panel%d', folder, p)
    n = series[p]
    # markers tell lines apart: one line needs none unless it is a point, and where there are means they are for means
    marked = (n > 1 || points[p] == 1) && !means[p]
    interval = points[p] > 12 ? points[p] / 8 : 1
    plot for [i=1:(bands[p] ? n : 0)] file index i-1 using 1:3:4 with filledcurves linetype i notitle, \
        for [i=1:(lines[p] && marked ? n : 0)] file index i-1 using 1:2 \
            with linespoints linetype i pointinterval -interval notitle, \
        for [i=1:(lines[p] && !marked ? n : 0)] file index i-1 using 1:2 with lines linetype i notitle, \
        for [i=1:(means[p] ? n : 0)] file index i-1 every (points[p] / 24 + 1) using 1:5 \
            with points linetype i notitle
    unset label
}

# ---- the legends: entry by entry, since gnuplot lays out a long key as it likes ----------------
eval no_axes
eval whole_page
do for [p=1:panels] {
    entries = named[p] + kinds[p]
    columns = entries < room ? entries : room
    legend_top = shared_legend ? caption_height + legend_height : upper(p) - 430
    start = (shared_legend ? 0.5 * width : left(p) + 0.5 * panel_width) - 0.5 * columns * entry_width
    do for [i=1:entries] {
        k = i - named[p]
        is_limit = k == 1 && means[p] && lines[p]
        is_mean = k == 1 + (lines[p] ? 1 : 0) && means[p]
        is_band = k > 0 && !is_limit && !is_mean
        text = k <= 0 ? legend[first_legend[p] + i - 1] : is_limit ? 'limit' : is_mean ? 'mean of the runs' : '10 to 90 % of the runs'
        style_number = k <= 0 ? i : 1
        set key at screen (start + ((i - 1) % columns) * entry_width) / width, \
            screen (legend_top - 20.0 - 26.0 * ((i - 1) / columns)) / height left center font key_font
        if (is_band) {
            plot NaN notitle, keyentry with filledcurves linetype 1 title text
        } else { if (is_mean || (k <= 0 && !lines[p])) {
            plot NaN notitle, keyentry with points linetype style_number title text
        } else { if (is_limit) {
            plot NaN notitle, keyentry with lines linetype 1 title text
        } else {
            plot NaN notitle, keyentry with linespoints linetype style_number title text
        } } }
    }
}
unset multiplot
set output
