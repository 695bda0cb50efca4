#!/bin/sh
# Brings the networks of networks.csv into a folder, by the ordinary clients of their sources, and checks each by its SHA-256:
#   fetch.sh DIR [CLONES]
# CLONES is a folder with a clone or mirror of each Git repository of the list, named OWNER+NAME (with its .git folder, or bare): "git:OWNER/NAME"
# in the list is a public repository of that name. A network whose source is not there is named and left out; exit status 1 then.
set -u

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ $# -ge 1 ] || { echo "usage: fetch.sh DIR [CLONES]" >&2; exit 2; }
mkdir -p "$1" || exit 2
files=$(CDPATH= cd -- "$1" && pwd)
clones=${2:-}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
missing=0

package() { # SOURCE VERSION: unpacks a package once, prints its folder
    folder=$work/$(printf '%s' "$1-$2" | tr -c 'A-Za-z0-9.\n-' _)
    if [ ! -d "$folder" ]; then
        mkdir "$folder" || return 1
        case $1 in
            npm:*)
                (cd "$folder" && tar xzf "$(npm pack --silent "${1#npm:}@$2")") || return 1
                ;;
            maven:*)
                mvn -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy -Dartifact="${1#maven:}:$2" -DoutputDirectory="$folder" >&2 || return 1
                (cd "$folder" && for jar in *.jar; do unzip -qo "$jar" || exit 1; done) || return 1
                ;;
        esac
    fi
    printf '%s\n' "$folder"
}

get() { # SOURCE VERSION PATH FILE
    case $1 in
        git:*)
            name=$(printf '%s' "${1#git:}" | tr / +)
            for directory in "$clones/$name/.git" "$clones/$name/repo" "$clones/$name" "$clones/$name.git"; do
                [ -n "$clones" ] && [ -d "$directory" ] || continue
                git --git-dir "$directory" show "$2:$3" > "$4" 2>/dev/null && return 0
            done
            echo "needs a clone of the public repository ${1#git:} with commit $2 as CLONES/$name"
            return 1
            ;;
        *)
            folder=$(package "$1" "$2") && cp -- "$folder/$3" "$4" && return 0
            echo "cannot get $3 of $1 $2"
            return 1
            ;;
    esac
}

while IFS=, read -r name source version path sum rest; do
    case $name in name | '#'* | '') continue ;; esac
    file=$files/$name.onnx
    if [ -f "$file" ] && [ "$(sha256sum < "$file" | cut -c1-64)" = "$sum" ]; then
        continue
    fi
    if ! why=$(get "$source" "$version" "$path" "$file" < /dev/null); then
        rm -f "$file"
        echo "$name: $why"
        missing=1
    elif [ "$(sha256sum < "$file" | cut -c1-64)" != "$sum" ]; then
        rm -f "$file"
        echo "$name: $path of $source $version is another file than the listed one"
        missing=1
    fi
done < "$here/networks.csv"
exit $missing
