# Draws what `sgdlimit plot` prepared: gnuplot -c curve.gp FOLDER
#
# FOLDER/parameters states the picture: its size, by panel the number of styles, the parts (bits: 1 lines, 2 means,
# 4 bands, 8 dots, 16 marks on lines), how many points have no marker of their own, and what page.gp reads. FOLDER/axesP sets
# the axes of a panel, FOLDER/panelP.S holds its curves of style S, blocks of x, line, low, high, mean, dot and the
# ends of the dot's bar. Where grounded[P] is 1, FOLDER/groundP holds a loss that stands behind the curves, on an axis of its own on the right: x, the
# axis's lower end, loss.

folder = ARG1
load folder.'/parameters'
picture = folder.'/picture'
load style

# What curves are drawn with, in the order of the layers; only what a panel has, for gnuplot reads the data of what it
# does not draw too.
array layer[6]
layer[1] = "using 1:3:4 with filledcurves linetype i notitle"
layer[2] = "using 1:2 with linespoints linetype i pointinterval -mark_every[p] notitle"
layer[3] = "using 1:2 with lines linetype i notitle"
layer[4] = "using 1:6:7:8 with yerrorbars linetype i linewidth 0.7 dashtype solid pointtype 0 notitle"
layer[5] = "using 1:6 with points linetype i pointsize (marker * (dots[p] > 100 ? 0.45 : 0.8)) notitle"
layer[6] = "every mean_every[p] using 1:5 with points linetype i notitle"
has(p, part) = (parts[p] & part) > 0

set multiplot
do for [p=1:panels] {
    load sprintf('%s/axes%d', folder, p)
    file(i) = sprintf('%s/panel%d.%d', folder, p, i)
    layers = (has(p, 4) ? '1 ' : '').(has(p, 1) ? (has(p, 16) ? '2 ' : '3 ') : '').(has(p, 256) ? '4 ' : '') \
        .(has(p, 8) ? '5 ' : '').(has(p, 2) ? '6 ' : '')
    all = ''
    eval grounded[p] ? 'set border 11' : 'set border 3; unset y2tics'
    ground = sprintf('%s/ground%d', folder, p)
    if (grounded[p]) {
        all = "ground using 1:2:3 axes x1y2 with filledcurves linecolor rgb 0xe4e4e4 fillstyle solid 0.45 noborder notitle, " \
            ."ground using 1:3 axes x1y2 with lines linetype 510 notitle, "
    }
    do for [k=1:words(layers)] {
        all = all.(k > 1 ? ', ' : '').'for [i=1:styles[p]] file(i) '.layer[int(word(layers, k))]
    }
    eval 'plot '.all
}
load page
unset multiplot
set output
