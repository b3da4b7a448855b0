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
rise(i, falling, rising) = sample_style[i] == 506 ? falling : rising # what is missing is hatched the other way
part(i, bits, how) = (sample_parts[i] & bits) > 0 ? sprintf(', sample index %d %s notitle', i - 1, how) : ''
all = 'plot NaN notitle'
do for [i=1:samples] {
    look = sprintf('linetype %d', sample_style[i])
    all = all.part(i, 4, 'using 1:3:4 with filledcurves '.look) \
        .part(i, 96, 'using 1:3:4 with filledcurves '.look.' fillstyle solid 1') \
        .part(i, 1, 'using 1:2 with lines '.look) \
        .part(i, 26, 'every ::1::1 using 1:2 with points '.look) \
        .part(i, 64, sprintf('every ::0::1 using 1:($3 + %d):(14):(%d) with vectors nohead linetype %d linewidth 1', \
            rise(i, 14, 0), rise(i, -14, 14), hatch_style)) \
        .part(i, 256, 'every ::1::1 using 1:2:3:4 with yerrorbars linewidth 0.7 pointtype 0 '.look.' dashtype solid')
}
eval all
