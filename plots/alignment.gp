# Where SGD puts its weight: overlap density A nu against time (zero-one) and against eigenvalue (power law).
#
#   gnuplot -e "dir='out'; output='out/alignment.png'" plots/alignment.gp
#
# reads out/alignment-{zero-one,power-law}{,-sgd}.tsv, the tables of `solve --directions` and `simulate
# --directions`; plots/README.md has the commands.

if (!exists('dir')) { dir = 'out' }
if (!exists('output')) { output = dir.'/alignment.png' }
if (!exists('caption')) {
    caption = 'logistic loss, γ = 0.5, two classes of weight 1/2 with means ±μ, ν(u) = 1, d = 2000; ' \
        .'lines: theory; points: mean of 10 runs of SGD'
}

script_folder = ''
do for [i=1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { script_folder = ARG0[1:i] } }

picture = output
ending = output[strlen(output)-2:strlen(output)]
width = 1200
height = 580
load script_folder.'style.gp'

set label 1 caption at screen 14.0 / width, screen 16.0 / height left font small_font \
    textcolor rgb 0x505050 noenhanced

set multiplot
# (a) columns of solve: t, node, weight, eigenvalue_bar, clean, A, S, overlap_1; of simulate: t, bin, weight,
# eigenvalue_bar, overlap_1_mean
eval frame(92, 580, 156, height - 40.0)
eval put(11, '(a) zero-one: half of the directions are clean', 336, height - 18, 'center')
eval put(12, 't = steps / d', 336, 102, 'center')
eval put(13, 'overlap density A·ν', 22, 0.5 * (156 + height - 40), 'center rotate by 90')
set logscale x
set format x log_format
set key at screen 336.0 / width, screen 58.0 / height center center horizontal maxrows 1 samplen 1.6 width -1 font key_font
theory = dir.'/alignment-zero-one.tsv'
runs = dir.'/alignment-zero-one-sgd.tsv'
set autoscale # statistics leave out what is out of range
unset logscale
stats theory using 1 nooutput name 'T'
array when[T_blocks]
array clean[T_blocks]
array noisy[T_blocks]
do for [i=1:T_blocks] { # a curve through what stands in blocks
    stats theory index i-1 using 1 nooutput name 'B'
    when[i] = B_min
    stats theory index i-1 using ($4 == 0 ? $8 : NaN) nooutput name 'B'
    clean[i] = B_min
    stats theory index i-1 using ($4 > 0 ? $8 : NaN) nooutput name 'B'
    noisy[i] = B_min
}
set logscale x
plot clean using (when[$1]):2 with lines linetype 1 title 'λ = 0', \
    runs using 1:($4 == 0 ? $5 : NaN) with points linetype 1 notitle, \
    noisy using (when[$1]):2 with lines linetype 2 title 'λ = 1', \
    runs using 1:($4 > 0 ? $5 : NaN) with points linetype 2 notitle
unset label

# (b)
eval frame(692, 1180, 156, height - 40.0)
eval put(11, '(b) power law, α = 1.5, β = 0', 936, height - 18, 'center')
eval put(12, 'eigenvalue λ', 936, 102, 'center')
eval put(13, 'overlap density A·ν', 622, 0.5 * (156 + height - 40), 'center rotate by 90')
theory = dir.'/alignment-power-law.tsv'
runs = dir.'/alignment-power-law-sgd.tsv'
stats theory using 1 nooutput name 'T'
array times[T_blocks]
do for [i=1:T_blocks] {
    stats theory index i-1 using 1 nooutput name 'B'
    times[i] = sprintf('t = %g', B_min)
}
set key at screen 936.0 / width, screen 58.0 / height center center horizontal maxrows 1 samplen 1.6 width -1 font key_font
set xrange [*:*]
plot for [i=1:T_blocks] theory index i-1 using 4:8 with lines linetype i title times[i], \
    for [i=1:T_blocks] runs index i-1 using 4:5 every 3 with points linetype i notitle
unset multiplot
set output
