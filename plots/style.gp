# The one look of all pictures. Set before loading:
#   ending   png, svg or pdf
#   picture  the file to write
#   width, height   of the picture in units of which a letter is 18 high
# and, where it is not the usual:
#   density         pixels a unit of a png [1.5]
#   most_styles     how many line types are wanted [35]
#
# Colours are those of Okabe and Ito (told apart by colour-blind eyes), without their yellow, which
# white paper swallows; every curve has a dash and a marker of its own too, for black and white.

if (!exists('density')) { density = 1.5 }
if (!exists('most_styles')) { most_styles = 35 }

set encoding utf8
set minussign

# terminals differ in what a size is: with these scales letters, markers and dashes are as large in all three
marker = 1.0
if (ending eq 'svg') {
    set terminal svg size width,height font 'DejaVu Sans,18' linewidth 2 dashlength 0.5 enhanced background '#ffffff'
    letter = 1.0
    marker = 0.58 # svg has no pointscale
} else { if (ending eq 'pdf') {
    set terminal pdfcairo size width/150.0,height/150.0 font 'DejaVu Sans,8.64' \
        fontscale 0.75 linewidth 1.6 pointscale 0.52 enhanced
    letter = 0.48
} else {
    set terminal pngcairo size density*width,density*height font 'DejaVu Sans,13.5' \
        fontscale density linewidth 2*density pointscale density enhanced background '#ffffff'
    letter = 0.75
} }
set output picture
small_font = sprintf(',%g', 13 * letter)
key_font = sprintf(',%g', 16 * letter)

array colours[7] = [0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000]
array markers[13] = [7, 5, 9, 13, 11, 6, 4, 15, 8, 12, 10, 2, 1]
array dashes[5] = ['solid', '"-"', '"."', '"_."', '"__.."']
# 7, 5 and 13 have no common factor: 65 differ in grey, 455 in colour
do for [i=1:most_styles] {
    eval sprintf('set linetype %d linecolor rgb 0x%06x linewidth 1 dashtype %s pointtype %d pointsize %g', \
        i, colours[(i - 1) % 7 + 1], dashes[(i - 1) % 5 + 1], markers[(i - 1) % 13 + 1], 0.9 * marker)
}
set pointintervalbox marker # the gap in a line around its markers
# samples of a legend that stand for curves of all colours
eval sprintf('set linetype 509 linecolor rgb 0x707070 linewidth 1 dashtype solid pointtype 7 pointsize %g', 0.9 * marker)

# a loss behind curves
set linetype 510 linecolor rgb 0x909090 linewidth 1.2 dashtype solid

set border 3 linecolor rgb 0x404040 linewidth 0.6
set tics nomirror out scale 0.6
set grid back linecolor rgb 0xdcdcdc linewidth 0.4 dashtype solid
set style fill transparent solid 0.22 noborder
set key reverse Left samplen 2.6 spacing 1.15 noenhanced nobox
set autoscale xfix
set datafile missing NaN

# Axis numbers on a log axis: powers of ten.
log_format = '10^{%T}'

# The same for y with data from low to high, where there may be too few of those: 1, 2, 3, 4, 6, 10.
few_decades = 'set autoscale y; set ytics autofreq; set format y log_format; ' \
    . 'if (high < 20 * low) { set format y "%g"; set yrange [low/1.2:high*1.2]; set ytics (1); ' \
    . 'do for [k=floor(log10(low))-1:ceil(log10(high))+1] { set ytics add (1*10.0**k, 2*10.0**k, 3*10.0**k, 4*10.0**k, 6*10.0**k) } }'

# A plot without axes, to hang a legend on.
no_axes = 'unset border; unset tics; unset grid; unset title; unset xlabel; unset ylabel; ' \
    . 'unset logscale; unset label; set xrange [0:1]; set yrange [0:1]'
whole_page = 'set lmargin at screen 0; set rmargin at screen 1; set bmargin at screen 0; ' \
    . 'set tmargin at screen 1'

# A panel by its edges, and words at places of the picture (label number n; how: center, left, rotate by 90): terminals
# differ in where they put labels of their own accord.
frame(left, right, bottom, top) = sprintf('set lmargin at screen %.8g; set rmargin at screen %.8g; ' \
    .'set bmargin at screen %.8g; set tmargin at screen %.8g', 1.0 * left / width, 1.0 * right / width, 1.0 * bottom / height, 1.0 * top / height)
put(n, words, x, y, how) = sprintf("set label %d '%s' at screen %.8g, screen %.8g %s noenhanced", \
    n, words, 1.0 * x / width, 1.0 * y / height, how)
