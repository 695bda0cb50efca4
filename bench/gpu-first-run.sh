#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first run on a GPU: what the machine is, what its driver does without Java, then every section of 'tactus verify-gpu' and the case
# study, each under a time limit, logging as it goes. Ends with a table and one archive. Runs in the repository or in an image (mvn -Pimage
# package), which needs neither Java nor a network nor a compiler. docs/gpus.md, "First run on a GPU", says how to read what comes out.
set -u

self=$(readlink -f -- "$0" 2>/dev/null) || self=$0
home=$(CDPATH= cd -- "$(dirname -- "$self")/.." && pwd)
out=gpu-first-run
named=
driver=libcuda
index=0
quick=
budget=840
reserve=20 # seconds that may go beyond the last step: until it is killed, which ignores that its time is over, and for table and archive

usage() {
    cat <<'TEXT'
usage: bench/gpu-first-run.sh [--driver libcuda|software] [--index N] [--quick] [--budget SECONDS] [--out DIR]
  --driver   libcuda, or software to try the script without a GPU (libcuda)
  --index    which GPU, from 0 (0)
  --quick    a little of everything, in about a minute
  --budget   seconds for all of it; what does not fit any more is skipped and named (840)
  --out      new folder for logs and files; DIR.tar.gz is the archive (gpu-first-run,
             or gpu-first-run-2 and so on where that is taken)
Exit status: 0 all is good, 1 a step failed or was cut off, 2 no GPU or wrong use.
TEXT
}

wrong_use() {
    echo "gpu-first-run: $1; --help shows the options" >&2
    exit 2
}

# What the machine is, without asking Tactus. Each program has a limit of its own, since a broken GPU holds them up.
facts() {
    ask() { # WORD...
        echo
        echo "== $*"
        timeout -k 2 15 "$@" 2>&1 </dev/null || echo "(ended with status $?)"
    }
    show() { # FILE [LINES]
        if [ -r "$1" ]; then
            echo
            echo "== $1"
            head -n "${2:-40}" "$1"
        fi
    }
    ask date
    ask uname -a
    ask nproc
    ask id
    show /etc/os-release 4
    show /proc/version
    show /proc/cmdline
    show /proc/meminfo 5
    grep -m 1 'model name' /proc/cpuinfo
    show /proc/self/status 60
    show /proc/loadavg
    show /sys/kernel/mm/transparent_hugepage/enabled
    show /proc/sys/kernel/sched_rt_runtime_us
    show /sys/devices/system/node/online
    show /proc/driver/nvidia/version
    show /proc/driver/nvidia/params 80
    for gpu in /proc/driver/nvidia/gpus/*/information; do
        show "$gpu"
    done
    echo
    echo "== interrupts of GPUs"
    head -n 1 /proc/interrupts 2>/dev/null
    grep -i -e nvidia -e nouveau /proc/interrupts 2>/dev/null || echo "(none are told)"
    echo
    echo "== limits"
    for limit in l r n v; do
        echo "ulimit -$limit: $(ulimit -$limit 2>&1)"
    done
    echo
    echo "== devices"
    ls -l /dev/nvidia* 2>&1
    echo
    echo "== libcuda"
    find /usr/lib /usr/lib64 /usr/local /lib -name 'libcuda.so*' 2>/dev/null
    if command -v nvidia-smi >/dev/null 2>&1; then
        ask nvidia-smi
        ask nvidia-smi -q
        ask nvidia-smi topo -m
        ask nvidia-smi --query-compute-apps=pid,process_name,used_memory --format=csv
        ask nvidia-smi -L
    else
        echo
        echo "nvidia-smi is not there"
    fi
}

if [ "${1:-}" = --facts ]; then
    facts
    exit 0
fi
while [ $# -gt 0 ]; do
    case $1 in
        --driver | --index | --budget | --out)
            [ $# -ge 2 ] || wrong_use "$1 needs a value"
            case $1 in
                --driver) driver=$2 ;;
                --index) index=$2 ;;
                --budget) budget=$2 ;;
                --out) out=$2 named=yes ;;
            esac
            shift 2
            ;;
        --quick) quick=--quick && shift ;;
        --help | -h) usage && exit 0 ;;
        *) wrong_use "there is no option '$1'" ;;
    esac
done
case $driver in
    libcuda) asked=GPU ;; # how 'tactus devices' names it
    software) asked=software ;;
    *) wrong_use "there is no driver '$driver'; write libcuda or software" ;;
esac
case $index in '' | *[!0-9]*) wrong_use "--index $index is no number from 0" ;; esac
case $budget in
    '' | *[!0-9]* | ????????*) wrong_use "--budget $budget is no number of seconds of at most 7 digits" ;;
    0?*) budget=$(printf '%s' "$budget" | sed 's/^0*\(.\)/\1/') ;; # the shell would read an octal number
esac
[ -n "$out" ] || wrong_use "--out has no name; name a folder"
if [ ! -x "$home/tactus" ]; then
    echo "gpu-first-run: there is no Tactus in $home; run the script where it stands, in the repository or in an image (mvn -Pimage package)" >&2
    exit 2
fi
cannot_write() {
    echo "gpu-first-run: cannot write $1; choose another folder by --out, on a file system with room" >&2
    exit 2
}
if [ -z "$named" ]; then # what an earlier run has found stays
    n=1
    while [ -e "$out" ] || [ -e "$out.tar.gz" ]; do
        n=$((n + 1))
        out=gpu-first-run-$n
    done
elif [ -e "$out.tar.gz" ] || { [ -d "$out" ] && [ -n "$(ls -A -- "$out" 2>/dev/null)" ]; }; then
    wrong_use "there is something in $out already, such as what an earlier run has found; choose another folder by --out"
fi
mkdir -p -- "$out" 2>/dev/null || cannot_write "the folder $out"
out=$(CDPATH= cd -- "$out" && pwd) || cannot_write "the folder $out"
table=$out/table.txt
# Both are tried before the first step, since what the steps find would be lost.
(: >"$table") 2>/dev/null || cannot_write "$table"
(: >"$out.tar.gz.part" && rm -f -- "$out.tar.gz.part" "$out.tar.gz") 2>/dev/null || cannot_write "the archive $out.tar.gz"
if [ -f "$home/pom.xml" ]; then
    "$home/tactus" --version >/dev/null || true # builds, which is no part of the budget; a failure is a row of the table
fi
begin=$(date +%s)
failed=0
logger=
running=
starting=

elapsed() {
    echo $(($(date +%s) - begin))
}

say() {
    printf '[%4s s] %s\n' "$(elapsed)" "$1" | tee -a "$out/run.log"
}

# Whole or not at all, and after each step: whatever comes next, what is there can be carried away. Files above 4 MiB, such as traces, stay.
pack() {
    packed=
    {
        rm -f -- "$out.tar.gz.part" # of a pack that was ended
        if (CDPATH= cd -- "$(dirname -- "$out")" && name=$(basename -- "$out") && find "$name" -type f -size -4096k -print >"$out/.files" \
            && tar -czf "$out.tar.gz.part" -T "$out/.files" && mv -f -- "$out.tar.gz.part" "$out.tar.gz"); then
            packed=yes
        fi
        rm -f -- "$out.tar.gz.part" "$out/.files"
    } 2>/dev/null
}

row() { # NAME OUTCOME SECONDS NOTE
    printf '%-22s %-10s %5s s  %s\n' "$1" "$2" "$3" "$4" >>"$table"
}

# step NAME LIMIT WORD...: runs a program under a limit in seconds and the rest of the budget; sets $status
step() {
    name=$1
    limit=$2
    shift 2
    left=$((budget - reserve - $(elapsed)))
    if [ "$left" -lt 5 ]; then
        say "$name: skipped, $left s of the budget are left"
        row "$name" skipped 0 "no time left"
        failed=1
        status=124
        return
    fi
    [ "$limit" -le "$left" ] || limit=$left
    say "$name, at most $limit s ..."
    from=$(date +%s)
    status=0
    # In the background, as 'timeout' keeps a group of its own, which no Ctrl-C reaches: 'interrupted' ends it.
    starting=before:${!:-}
    timeout -k 10 "$limit" "$@" >"$out/$name.log" 2>&1 </dev/null &
    running=$!
    starting=
    wait "$running" || status=$?
    running=
    took=$(($(date +%s) - from))
    case $status in
        0) outcome=good ;;
        124 | 137) outcome="CUT OFF" && failed=1 ;;
        3) outcome=absent ;;
        *) outcome="FAILED $status" && failed=1 ;;
    esac
    # Of one section its sentence, which stands below its outcome; of several the verdict; else the last line.
    case $(grep -c ': \(passed\|measured\|FAILED\)$' "$out/$name.log") in
        0) note=$(grep "^CUDA $asked" "$out/$name.log" || grep '^CUDA  *absent' "$out/$name.log" \
            || grep -v '^ *$' "$out/$name.log" | tail -n 1) ;;
        1 | 2) note=$(sed -n '/: \(passed\|measured\|FAILED\)$/{n;s/^ *//;p;}' "$out/$name.log" | head -n 1) ;;
        *) note=$(grep '^verify-gpu: ' "$out/$name.log" | tail -n 1) ;;
    esac
    note=$(printf '%s\n' "$note" | head -n 1)
    note=$(printf '%s' "$note" | cut -c 1-160)
    row "$name" "$outcome" "$took" "$note"
    say "$name: $outcome after $took s: $note"
    pack
}

finish() {
    [ -z "$logger" ] || kill "$logger" 2>/dev/null
    logger=
    pack # first: what is printed may reach nobody, and end this
    echo
    echo "step                   outcome     took    what it said"
    cat "$table"
    echo
    if [ -n "$packed" ]; then
        echo "all of it took $(elapsed) s; logs and files: $out; archive: $out.tar.gz"
    else
        echo "all of it took $(elapsed) s; logs and files: $out; the archive could not be written"
        failed=1
    fi
}

interrupted() {
    trap '' INT TERM HUP
    if [ -n "$starting" ] && [ "$starting" != "before:${!:-}" ]; then
        running=$! # it was started, and its number not yet noted
    fi
    if [ -n "$running" ]; then
        kill "$running" 2>/dev/null
        wait "$running"
        row "$name" interrupted "$(($(date +%s) - from))" "ended"
    fi
    say "interrupted"
    finish
    exit 1
}
trap interrupted INT TERM HUP

say "first run on a GPU, driver $driver, index $index${quick:+, quick}, at most $budget s, in $home"
step facts 60 sh "$self" --facts

# The driver without Java. A probe that was built for this machine is better than the one that an image carries.
probe=$out/gpu-probe
compiler=
for candidate in gcc cc clang; do
    if command -v "$candidate" >/dev/null 2>&1; then
        compiler=$candidate
        break
    fi
done
if [ -n "$compiler" ] && "$compiler" -O2 -o "$probe" "$home/bench/gpu-probe.c" -ldl 2>"$out/compile.log"; then
    say "the probe was built by $compiler"
elif [ -x "$home/bench/gpu-probe" ]; then
    cp -- "$home/bench/gpu-probe" "$probe"
    say "no compiler builds the probe here; the one that the image carries is taken"
else
    probe=
    say "no compiler builds the probe here, and none is carried; the driver is not tried without Java"
fi
if [ "$driver" = libcuda ] && command -v nvidia-smi >/dev/null 2>&1; then
    nvidia-smi --query-gpu=timestamp,pstate,clocks.sm,clocks.mem,power.draw,temperature.gpu,pcie.link.gen.current,pcie.link.width.current \
        --format=csv -l 1 >"$out/clocks.csv" 2>&1 </dev/null &
    logger=$!
fi
if [ -n "$probe" ]; then
    step probe 90 "$probe" --index "$index" --warm 2
    if [ "$status" -eq 3 ] && [ "$driver" = libcuda ]; then
        say "there is no GPU: $(tail -n 1 "$out/probe.log"); --driver software tries this script without one"
        finish
        exit 2
    fi
fi

COLUMNS=1000 # the most there is, so a fact a line: the notes of the table are taken from the logs
export COLUMNS
step java 300 "$home/tactus" --version
step devices 30 "$home/tactus" devices
step quick 150 "$home/tactus" verify-gpu --driver "$driver" --index "$index" --quick --limit 40s --out "$out/verify-quick"
if [ -z "$quick" ]; then
    # The names come from the program, so that none is forgotten here; what pins most memory is last there, too.
    sections=$("$home/tactus" verify-gpu --driver software --only '?' 2>&1 | sed -n 's/.*write one of //p' | tr -d ',')
    [ -n "$sections" ] || say "the sections are not told: $("$home/tactus" verify-gpu --driver software --only '?' 2>&1 | tail -n 1)"
    for section in $sections; do
        case $section in
            case-study) limit=240 ;;
            *) limit=90 ;;
        esac
        # One process a section: this script gives each its own, and the watchdog inside prints its threads before the limit ends it.
        step "$section" "$limit" "$home/tactus" verify-gpu --in-process --driver "$driver" --index "$index" --only "$section" \
            --limit "$((limit - 15))s" --out "$out/$section"
    done
fi
finish
exit "$failed"
