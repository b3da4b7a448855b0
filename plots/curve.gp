# Draws what `sgdlimit plot` prepared: gnuplot -c curve.gp FOLDER
#
# FOLDER/parameters states the picture: its size, by panel the number of styles, the parts (bits: 1 lines, 2 means,
# 4 bands, 8 dots, 16 marks on lines), how many points have no marker of their own, and what page.gp reads. FOLDER/axesP sets
# the axes of a panel, FOLDER/panelP.S holds its curves of style S, blocks of x, line, low, high, mean, dot and the
# ends of the dot's bar.

folder = ARG1
load folder.'/parameters'
picture = folder.'/picture'
load style

set multiplot
do for [p=1:panels] {
    load sprintf('%s/axes%d', folder, p)
    n = styles[p]
    file(i) = sprintf('%s/panel%d.%d', folder, p, i)
    lines = (parts[p] & 1) ? n : 0
    means = (parts[p] & 2) ? n : 0
    bands = (parts[p] & 4) ? n : 0
    single = (parts[p] & 8) ? n : 0
    marks = (parts[p] & 16) ? lines : 0
    bare = marks > 0 ? 0 : lines
    dot_size = dots[p] > 100 ? 0.45 : 0.8
    plot for [i=1:bands] file(i) using 1:3:4 with filledcurves linetype i notitle, \
        for [i=1:marks] file(i) using 1:2 with linespoints linetype i pointinterval -mark_every[p] notitle, \
        for [i=1:bare] file(i) using 1:2 with lines linetype i notitle, \
        for [i=1:single] file(i) using 1:6:7:8 with yerrorbars linetype i linewidth 0.7 dashtype solid pointtype 0 notitle, \
        for [i=1:single] file(i) using 1:6 with points linetype i pointsize dot_size notitle, \
        for [i=1:means] file(i) every mean_every[p] using 1:5 with points linetype i notitle
}
load page
unset multiplot
set output
