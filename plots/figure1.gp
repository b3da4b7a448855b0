# Figure 1: risk against time in four mixtures, one curve a learning rate.
#
#   gnuplot -e "dir='out'; output='out/figure1.png'" plots/figure1.gp
#
# reads out/figure1{a,b,c,d}-sgd.tsv, the tables of `sgdlimit compare` for a list of learning rates: theory as
# a line, the runs' mean as markers on their 10% to 90% band. With runs=0 it reads out/figure1{a,b,c,d}.tsv, the
# limit's curves as `sgdlimit solve` prints them. suffix='-least-squares' goes between name and ending.
# plots/README.md has the commands. The panels' parameters may be given in front too: exponents, beta_c,
# beta_d, caption.

if (!exists('dir')) { dir = 'out' }
if (!exists('exponents')) { exponents = '1.1, 1.5' }
if (!exists('beta_c')) { beta_c = '−0.25' }
if (!exists('beta_d')) { beta_d = '0.5' }
if (!exists('suffix')) { suffix = '' }
if (!exists('runs')) { runs = 10 }
if (!exists('dimension')) { dimension = '500' }
kind = runs > 0 ? '-sgd' : ''
if (!exists('output')) { output = dir.'/figure1'.suffix.(runs > 0 ? '' : '-limit').'.png' }
if (!exists('caption')) {
    loss = suffix eq '-least-squares' ? 'least squares on labels ±1' : 'logistic loss'
    common = loss.', two classes of weight 1/2 with means ±μ, |μ| ≈ 1, X(0) = 0'
    caption = runs > 0 ? sprintf('d = %s, %s; lines: theory; markers and bands: mean and 10%% to 90%% of %d runs of SGD', \
        dimension, common, runs) : 'd = ∞, '.common
}

script_folder = ''
do for [i=1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { script_folder = ARG0[1:i] } }

picture = output
ending = output[strlen(output)-2:strlen(output)]
width = 1200
height = 960
load script_folder.'style.gp'

tolerance = 1e-12 # of the integrator: risks below it are noise

array names[4] = ['a', 'b', 'c', 'd']
array titles[4]
titles[1] = '(a) identity covariance'
titles[2] = '(b) zero-one, mean in the null space'
titles[3] = '(c) power law '.exponents.'; β = '.beta_c
titles[4] = '(d) power law '.exponents.'; β = '.beta_d

set label 1 caption at screen 14.0 / width, screen 18.0 / height left font small_font \
    textcolor rgb 0x505050 noenhanced
set logscale xy
set format log_format

set multiplot
do for [p=1:4] {
    row = (p - 1) / 2
    column = (p - 1) % 2
    file = dir.'/figure1'.names[p].suffix.kind.'.tsv'
    set autoscale # statistics leave out what is out of range
    stats file using 1 nooutput name 'T'
    curves = int(T_blocks)

    left = column * 600 + 104.0
    right = left + 470
    top = height - row * 430 - 44.0
    bottom = top - 320
    eval frame(left, right, bottom, top)
    eval put(11, titles[p], 0.5 * (left + right), top + 22, 'center')
    eval put(12, 't = steps / d', 0.5 * (left + right), bottom - 54, 'center')
    eval put(13, 'risk R(t)', left - 82, 0.5 * (bottom + top), 'center rotate by 90')
    stats file using 3 nooutput name 'R'
    low = R_min
    high = R_max
    eval few_decades
    if (low < tolerance) { set yrange [tolerance:*] }
    set autoscale xfix
    if (runs > 0) {
        plot for [i=1:curves] file index i-1 using 2:($2 > 0 ? $6 : NaN):7 \
                with filledcurves linecolor rgb colours[i] notitle, \
            for [i=1:curves] file index i-1 using 2:($2 > 0 ? $3 : NaN) with lines linetype i notitle, \
            for [i=1:curves] file index i-1 using 2:($2 > 0 ? $4 : NaN) every 12::(3 * i) \
                with points linetype i notitle
    } else {
        plot for [i=1:curves] file index i-1 using 2:($2 > 0 ? $3 : NaN) \
            with linespoints linetype i pointinterval -12 notitle
    }
    unset label
}

set autoscale

# each block's learning rate stands in its first column
array rate[curves]
do for [i=1:curves] {
    stats file index i-1 using 1 nooutput name 'C'
    rate[i] = sprintf('γ = %g', C_min)
}
eval no_axes
eval whole_page
set key at screen 0.5, screen 62.0 / height center center horizontal maxcols 6 font key_font
plot NaN notitle, for [i=1:curves] keyentry with linespoints linetype i title rate[i]
unset multiplot
set output
