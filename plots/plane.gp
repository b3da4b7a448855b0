# Draws what `sgdlimit plot` prepared of a landscape of two coordinates: gnuplot -c plane.gp FOLDER
#
# FOLDER/parameters states the picture, as for curve.gp, FOLDER/axesP the axes of a panel and its colours, FOLDER/levels how cells are
# drawn and where lines of equal loss stand. FOLDER/panelP holds the cells (x, y, value), FOLDER/loss a grid of the loss, FOLDER/points
# the critical points, a block a kind.

folder = ARG1
load folder.'/parameters'
load folder.'/levels'
picture = folder.'/picture'
load style

# as in phase.gp
set palette defined (0 '#00204d', 0.2 '#2b446e', 0.4 '#666970', 0.6 '#958f78', 0.8 '#cbba69', 1 '#ffea46')
unset grid
set border 15
set tics out
set style fill solid 1 noborder
set linetype 511 linecolor rgb 0xb0b0b0 linewidth 0.5 dashtype solid
array kind_colours[4] = [0xD55E00, 0xffffff, 0x56B4E9, 0xCC79A7]
array kind_markers[4] = [7, 11, 5, 9]
do for [k=1:4] {
    eval sprintf('set linetype %d linecolor rgb 0x%06x pointtype %d pointsize %g', 511 + k, kind_colours[k], kind_markers[k], marker)
}

if (contours) {
    set contour base
    unset surface
    eval 'set cntrparam linear levels discrete '.levels
    set table folder.'/lines'
    splot folder.'/loss' using 1:2:3 with lines
    unset table
    unset contour
    set surface
    set output picture
}

set multiplot
do for [p=1:panels] {
    load sprintf('%s/axes%d', folder, p)
    values = sprintf('%s/panel%d', folder, p)
    lines = folder.'/lines'
    points = folder.'/points'
    plot values using 1:2:3 @image_how notitle, \
        for [i=1:contours] lines using 1:2 with lines linetype 511 notitle, \
        for [k=1:4] points index k-1 using 1:2 with points linetype 511 + k notitle
}
unset colorbox
load page
unset multiplot
set output
