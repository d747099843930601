#!/bin/sh
# Check a draw with nothing but awk, sort and sha256sum (ZC-DRAW/1 §2.2, alg sha256).
#
#   tools/verify_draw.sh DIR
#
# Re-checks the pool hash, the commitment, the seed, and every ticket with its rank. It does not walk:
# log and members are checked by `draw verify`. Exit status: 0 all agree, 1 something differs, 2 cannot check.

LC_ALL=C
export LC_ALL
TAB=$(printf '\t')

cannot() {
    printf '无法核对：%s\n' "$1" >&2
    exit 2
}

# The second (third, ...) field of the first line that starts with a word: field FILE WORD NUMBER
field() {
    awk -F '\t' -v word="$2" -v number="$3" '$1 == word { print $number; exit }' < "$1"
}

# H(l1,...,ln) of §2.2, of lines on standard input: each ends with LF.
hash() {
    sha256sum | awk '{ print $1 }'
}

# Say whether what is written agrees with what is computed: agree WHAT WRITTEN COMPUTED
agree() {
    if [ "$2" = "$3" ]; then
        printf '一致    %s\n' "$1"
    else
        printf '不一致  %s：写的是 %s，应为 %s\n' "$1" "${2:-（无）}" "${3:-（无）}"
        differs=1
    fi
}

# Step 4: "label=value", sorted by label.
contributions() {
    awk 'NR > 2' < "$entropy" | sort -t "$TAB" -k 1,1 | awk -F '\t' '{ print $1 "=" $2 }'
}

# Step 5, first half: number-of-stratum TAB stratum TAB hash TAB code, for each OK expert.
hashed_experts() {
    awk -F '\t' '
        $1 == "stratum" { place[$2] = ++strata }
        $1 == "expert" && $6 == "OK" { print place[$3] "\t" $3 "\t" $2 }
    ' < "$manifest" | while IFS=$TAB read -r place stratum code; do
        ticket=$(printf '%s\n' zc-draw/1/ticket "$seed" "$code" | hash)
        printf '%s\t%s\t%s\t%s\n' "$place" "$stratum" "$ticket" "$code"
    done
}

# Step 5, second half: the ticket lines as they ought to stand in result.txt.
tickets() {
    hashed_experts | sort -t "$TAB" -k 1,1n -k 3,3 -k 4,4 | awk -F '\t' '
        $1 != place { place = $1; rank = 0 }
        { print "ticket\t" $2 "\t" ++rank "\t" $4 "\t" $3 }
    '
}

[ $# -eq 1 ] || cannot "用法：verify_draw.sh DIR"
manifest=$1/manifest.txt
entropy=$1/entropy.txt
result=$1/result.txt
for file in "$manifest" "$entropy" "$result"; do
    [ -r "$file" ] || cannot "读不到 $file"
done

alg=$(field "$manifest" alg 2)
[ "$alg" = sha256 ] || cannot "本脚本只能核对 sha256，名单所用的算法是 ${alg:-（无）}，请改用 draw verify 命令"
if awk 'NR > 2' < "$entropy" | awk '/[^0-9A-Za-z.,:\t-]/ { found = 1 } END { exit !found }'; then
    cannot "报数中有全角或其他字符，本脚本不能规范化，请改用 draw verify 命令"
fi

differs=0
id=$(field "$manifest" draw 2)
attempt=$(field "$manifest" draw 3)
r0=$(field "$entropy" r0 2)
pool=$(hash < "$manifest")
commit=$(printf '%s\n' zc-draw/1/commit "$id" "$attempt" "$pool" "$r0" | hash)
seed=$({ printf '%s\n' zc-draw/1/seed "$id" "$attempt" "$pool" "$r0"; contributions; } | hash)

agree 名单散列 "$(field "$result" pool 2)" "$pool"
agree 承诺 "$(field "$entropy" commit 2)" "$commit"
agree 种子 "$(field "$result" seed 2)" "$seed"
if [ "$(awk -F '\t' '$1 == "ticket"' < "$result")" = "$(tickets)" ]; then
    printf '一致    抽签号与名次\n'
else
    printf '不一致  抽签号与名次：与推演所得不同\n'
    differs=1
fi
exit "$differs"
