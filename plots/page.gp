# The words of a page and the samples of its legend, at the places that `sgdlimit plot` computed: loaded by curve.gp
# and phase.gp inside multiplot, when all panels are drawn.
#
# texts, phrase[i], text_x[i], text_y[i] (parts of the page), text_letter[i] (height in units of the page), text_how[i];
# samples, sample_style[i], sample_parts[i] (bits as in curve.gp, 32 a full area, 64 a hatched one, 256 a bar), and
# FOLDER/legend, a block a sample: left end, middle and right end with the edges of a band.

if (!exists('hatch_style')) { hatch_style = 1 }
eval no_axes
eval whole_page
set xrange [0:width]
set yrange [0:height]
do for [i=1:texts] {
    eval sprintf('set label %d phrase[%d] at screen %.8g, screen %.8g %s font ",%g" noenhanced textcolor rgb 0x%06x front', \
        i, i, text_x[i], text_y[i], text_how[i], letter * text_letter[i], text_letter[i] < 14 ? 0x505050 : 0)
}
sample = folder.'/legend'
has(i, part) = (sample_parts[i] & part) > 0
only(i, part, y) = has(i, part) ? y : NaN
rise(i, falling, rising) = sample_style[i] == 506 ? falling : rising # what is missing is hatched the other way
plot NaN notitle, \
    for [i=1:samples] sample index i-1 using 1:(only(i, 4, $3)):4 with filledcurves linetype sample_style[i] notitle, \
    for [i=1:samples] sample index i-1 using 1:(only(i, 96, $3)):4 with filledcurves linetype sample_style[i] \
        fillstyle solid 1 notitle, \
    for [i=1:samples] sample index i-1 using 1:(only(i, 1, $2)) with lines linetype sample_style[i] notitle, \
    for [i=1:samples] sample index i-1 every ::1::1 using 1:(only(i, 26, $2)) with points linetype sample_style[i] notitle, \
    for [i=1:samples] sample index i-1 every ::0::1 using 1:(only(i, 64, $3) + rise(i, 14, 0)):(14):(rise(i, -14, 14)) \
        with vectors nohead linetype hatch_style linewidth 1 notitle, \
    for [i=1:samples] sample index i-1 every ::1::1 using 1:(only(i, 256, $2)):3:4 with yerrorbars linetype sample_style[i] \
        linewidth 0.7 dashtype solid pointtype 0 notitle
