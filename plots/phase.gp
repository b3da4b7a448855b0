# Draws what `sgdlimit plot` prepared of a sweep over two keys: gnuplot -c phase.gp FOLDER
#
# FOLDER/parameters states the picture, as for curve.gp, and FOLDER/axesP the axes of a panel and its colours.
# FOLDER/panelP holds the grid (x, y, value) or the cells that there are (x, y, their ends, value), as cells_how says; FOLDER/divergedP the cells of infinite values and FOLDER/hatchP the lines across them (x, y, dx, dy),
# FOLDER/missingP lines across the whole plane where cells are missing; FOLDER/boundary the edges between
# points whose verdicts differ (x, y, dx, dy), FOLDER/theory the known line.

folder = ARG1
load folder.'/parameters'
load folder.'/cells'
picture = folder.'/picture'
load style

# from the dark of small numbers to the light of large ones, told apart in grey too (cividis)
set palette defined (0 '#00204d', 0.2 '#2b446e', 0.4 '#666970', 0.6 '#958f78', 0.8 '#cbba69', 1 '#ffea46')
unset grid
set datafile missing 'none' # a cell that is not a number stays a cell
set style fill solid 1 noborder
set linetype 501 linecolor rgb 0x000000 linewidth 1 dashtype solid
set linetype 502 linecolor rgb 0xffffff linewidth 2.2 dashtype solid
set linetype 503 linecolor rgb 0xD55E00 linewidth 1.6 dashtype '-'
set linetype 504 linecolor rgb 0xffffff linewidth 2.6 dashtype '-'
set linetype 505 linecolor rgb 0xCC79A7 linewidth 1 dashtype solid
set linetype 506 linecolor rgb 0xffffff linewidth 1 dashtype solid
set linetype 507 linecolor rgb 0x404040 linewidth 0.5 dashtype solid
set linetype 508 linecolor rgb 0x909090 linewidth 0.5 dashtype solid
hatch_style = 507
set border 15
set tics out

set multiplot
do for [p=1:panels] {
    load sprintf('%s/axes%d', folder, p)
    file(name) = sprintf('%s/%s%d', folder, name, p)
    plot for [i=1:missing] file('missing') using 1:2:3:4 with vectors nohead linetype 508 notitle, \
        file('panel') @cells_how notitle, \
        for [i=1:diverged] file('diverged') using 1:2:3:4:5:6 with boxxyerror linetype 505 fillstyle solid 1 border linetype 505 notitle, \
        for [i=1:diverged] file('hatch') using 1:2:3:4 with vectors nohead linetype 507 notitle, \
        folder.'/boundary' using 1:2:3:4 with vectors nohead linetype 502 notitle, \
        folder.'/boundary' using 1:2:3:4 with vectors nohead linetype 501 notitle, \
        folder.'/theory' using 1:2 with lines linetype 504 notitle, \
        folder.'/theory' using 1:2 with lines linetype 503 notitle
}
unset colorbox
load page
unset multiplot
set output
