# Draws what `sgdlimit plot` prepared of a sweep over two keys: gnuplot -c phase.gp FOLDER
#
# FOLDER/parameters states the picture (x_label, x_low, x_high, the same for y, z_label[p], log_z[p],
# theory, caption[1..]), FOLDER/panelP holds the grid (x, y, value), FOLDER/boundary the edges
# between points whose verdicts differ (x, y, dx, dy), FOLDER/theory the known line.

folder = ARG1
load folder.'/parameters'

panel_width = across == 1 ? 720 : 600
panel_height = 470
top = strlen(title_text) > 0 ? 40 : 4
legend_height = 40
caption_height = caption_lines > 0 ? 20 * caption_lines + 16 : 0
width = panel_width * across
height = top + panel_height * rows + legend_height + caption_height

picture = folder.'/picture'
load style

# from the dark of small numbers to the light of large ones, told apart in grey too (cividis)
set palette defined (0 '#00204d', 0.2 '#2b446e', 0.4 '#666970', 0.6 '#958f78', 0.8 '#cbba69', 1 '#ffea46')
unset grid
set datafile missing 'none' # a cell that is not a number stays a cell
set style fill solid 1 noborder
set linetype 100 linecolor rgb 0x000000 linewidth 1 dashtype solid
set linetype 101 linecolor rgb 0xffffff linewidth 2.2 dashtype solid
set border 15
set tics out

if (strlen(title_text) > 0) {
    set label 1 title_text at screen 0.5, screen (height - 26.0) / height center noenhanced
}
do for [i=1:caption_lines] {
    set label (i + 1) caption[i] at screen 14.0 / width, screen (caption_height - 20.0 * i + 2) / height \
        left font small_font textcolor rgb 0x505050 noenhanced
}

left(p) = ((p - 1) % across) * panel_width
upper(p) = height - top - ((p - 1) / across) * panel_height
set multiplot
do for [p=1:panels] {
    set lmargin at screen (left(p) + 96.0) / width
    set rmargin at screen (left(p) + panel_width - 160.0) / width
    set tmargin at screen (upper(p) - 14.0) / height
    set bmargin at screen (upper(p) - panel_height + 66.0) / height
    set xlabel x_label noenhanced
    set ylabel y_label noenhanced
    set cblabel z_label[p] offset 1.5,0 noenhanced
    set xrange [x_low:x_high]
    set yrange [y_low:y_high]
    unset logscale
    set format '%g'
    if (log_z[p]) { set logscale cb; set format cb log_format }
    plot sprintf('%s/panel%d', folder, p) using 1:2:3 with image notitle, \
        folder.'/boundary' using 1:2:3:4 with vectors nohead linetype 101 notitle, \
        folder.'/boundary' using 1:2:3:4 with vectors nohead linetype 100 notitle, \
        folder.'/theory' using 1:2 with lines linecolor rgb 0xffffff linewidth 2.6 dashtype '-' notitle, \
        folder.'/theory' using 1:2 with lines linecolor rgb 0xD55E00 linewidth 1.6 dashtype '-' notitle
    unset label
}

eval no_axes
eval whole_page
unset colorbox
set key at screen 0.5, screen (caption_height + 0.5 * legend_height) / height center center \
    horizontal maxrows 1 font key_font
if (theory) {
    plot NaN notitle, keyentry with lines linetype 100 title 'the verdict changes', \
        keyentry with lines linecolor rgb 0xD55E00 linewidth 1.6 dashtype '-' title 'theory: α = 1 + 2β'
} else {
    plot NaN notitle, keyentry with lines linetype 100 title 'the verdict changes'
}
unset multiplot
set output
