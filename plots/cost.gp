# What a curve costs: seconds against the horizon and against the number of nodes, log-log, one line a
# method, from the tables of bench/README.md.
#
#   gnuplot -e "dir='out'; output='out/cost.png'" plots/cost.gp

if (!exists('dir')) { dir = 'out' }
if (!exists('output')) { output = dir.'/cost.png' }

script_folder = ''
do for [i=1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { script_folder = ARG0[1:i] } }

picture = output
ending = output[strlen(output)-2:strlen(output)]
width = 1200
height = 560
load script_folder.'style.gp'

array methods[6] = ['structured', 'euler', 'adams', 'lsoda', 'bdf-gmres', 'bdf-dense']
array words[6] = ['sgdlimit', 'Euler, dt = 1/256', 'CVODE Adams', 'SciPy LSODA', 'BDF + GMRES', 'BDF + dense LU']

set label 1 'logistic loss, power laws 1.1 and 1.5, constant opposite means, learning rate 1, relative tolerance 1e-8; left: d = ∞, right: t = 100' \
    at screen 14.0 / width, screen 18.0 / height left font small_font textcolor rgb 0x505050 noenhanced
set logscale xy
set format log_format
pick(name, value) = strcol(1) eq name ? value : NaN

set multiplot
eval frame(104, 574, height - 390, height - 44)
eval put(11, '(a) cost against the horizon', 339, height - 22, 'center')
eval put(12, 'horizon t = steps / d', 339, height - 444, 'center')
eval put(13, 'seconds, one core', 22, height - 217, 'center rotate by 90')
plot for [m=1:6] dir.'/horizons.tsv' using (pick(methods[m], $2)):4 skip 1 with linespoints linetype m notitle
unset label
eval frame(704, 1174, height - 390, height - 44)
eval put(11, '(b) cost against the number of nodes', 939, height - 22, 'center')
eval put(12, 'nodes (distinct directions)', 939, height - 444, 'center')
eval put(13, 'seconds, one core', 622, height - 217, 'center rotate by 90')
plot for [m=1:6] dir.'/nodes.tsv' using (pick(methods[m], $3)):4 skip 1 with linespoints linetype m notitle

eval no_axes
eval whole_page
unset title
set key at screen 0.5, screen 62.0 / height center center horizontal maxcols 6 font key_font
plot NaN notitle, for [m=1:6] keyentry with linespoints linetype m title words[m]
unset multiplot
set output
