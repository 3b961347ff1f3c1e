#!/bin/sh
# Sends the payload that lies beside this file, in order, and keeps every answer:
#
#     sh upload.sh
#
# It needs a POSIX shell, the utilities that come with it, and curl 7.57 or newer. Everything else
# comes from the environment: the credentials, which are named below and which curl reads from its
# standard input, so that neither a process list nor a file shows them; the base URL; and
#
#     AVATAR_DIR             the folder of the pictures, where the payload names any
#     ROWCALL_PACE_SECONDS   another pause than the platform's limit asks for
#     ROWCALL_RETRY_SECONDS  the first pause before a request is tried again (2); it doubles
#     ROWCALL_TAKE_404=1     404 speaks of the contacts, even if the first requests all get it
#
# The answers go to answers/, one line for each request, in order. Started again, it goes on after
# the last of them. A request without an answer and one that the server was not fit to judge (408,
# 5xx) are tried again some times; 429 is waited for. What tells more of the server or of the base
# URL than of a contact (5xx, 404, 405, 3xx) is kept only when another answer shows that the
# server is well, so that nothing is given up because of a bad hour or a slip in the address.
#
# Exit codes:
#     0   every request has its answer; those of 4xx are the platform's word on the contacts
#     2   as things are it cannot be sent: a variable, a program or a file is missing, a
#         certificate is not trusted, or another run goes on
#     3   the platform refuses the credentials (401, 403)
#     4   the server gives no answer, fails, sets limits without end, or knows no such address
#     5   an answer cannot be written down
#     6   every request has its answer, and some are 408 or 5xx
#     129, 130, 143   ended by a signal
set -u
unset IFS
LC_ALL=C
export LC_ALL
umask 077

# >>> The platform. What stands here comes from its contract.
platform='example'
payload_files=1
contacts=1
update_files=1
updates=1
update_method='PATCH'
format='requests'
extension='jsonl'
method='POST'
path='/contacts'
query='?source=upload'
body_form='multipart'
file_field=''
picture_key='file'
burst=5
pause_seconds=3
base_url='https://api.example.com'
base_url_variable='EXAMPLE_BASE_URL'
base_url_given() { printf '%s' "${EXAMPLE_BASE_URL-}"; }

say_variables() {
    variable EXAMPLE_TOKEN "${EXAMPLE_TOKEN-}"
}
say_headers() {
    header 'Authorization' 'Bearer '"${EXAMPLE_TOKEN}"
}
say_query() {
    query_part 'account' "${EXAMPLE_TOKEN}"
}
say_form() {
    form_field 'token' "${EXAMPLE_TOKEN}"
}
is_signed=yes
say_secret() { printf '%s' "${EXAMPLE_TOKEN}"; }
say_signature() {
    header 'X-Signature' 'sha256='"$1"
    header 'X-Timestamp' "$2"
}
say_signed() {
    printf '%s' "$method" "$request_path" "$query" "$1"
}
# <<< The platform.

newline='
'
backslash_mark=$(printf '\001')
quote_mark=$(printf '\002')

# Values of a config file for curl hold 100 KiB in older versions: longer ones go by a file.
config_bytes_max=50000
connect_seconds_max=30
answer_seconds_max=300
unheard_max=4
failed_max=3
limited_max=8
wait_seconds_max=3600
failures_in_a_row_max=3
strays_max=3

work=
signal=0
missing=
config=
wanted_pause=
retry_seconds=2
requests_since_pause=0
earlier=0
settled=0
strays=0
failures_in_a_row=0

say() { printf 'upload.sh: %s\n' "$*" >&2; }

# Ends with an exit code and the lines that say why.
stop() {
    code=$1
    shift
    for text in "$@"; do say "$text"; done
    exit "$code"
}

leave() {
    if [ -n "$work" ]; then rm -rf "$work"; fi
}

# A signal lets the request that is under way come to its answer.
heed_signal() {
    if [ "$signal" -gt 0 ]; then
        stop "$signal" 'ended by a signal; started again, it goes on where it stopped'
    fi
}

pause() {
    heed_signal
    if [ "$1" -gt 0 ]; then
        sleep "$1" &
        sleeper=$!
        wait "$sleeper"
        if [ "$signal" -gt 0 ]; then kill "$sleeper" 2> /dev/null; fi
    fi
    heed_signal
}

is_number() {
    case $1 in
    '' | *[!0-9]* | ?????????*) return 1 ;;
    esac
}

# The text inside the quotes of a value in a config file for curl.
quoted() { printf '%s' "$1" | sed 's/["\\]/\\&/g'; }

# A text in a query: all but letters, digits and - . _ ~ as %XX.
percent() {
    for byte in $(printf '%s' "$1" | od -An -v -tx1 | tr 'a-f' 'A-F'); do
        case $byte in
        3[0-9] | 4[1-9A-F] | 5[0-9A] | 6[1-9A-F] | 7[0-9A] | 2D | 2E | 5F | 7E)
            # shellcheck disable=SC2059 # The format is one octal escape.
            printf "\\$(printf '%03o' "0x$byte")"
            ;;
        *) printf '%%%s' "$byte" ;;
        esac
    done
}

hexadecimal() { od -An -v -tx1 | tr -d ' \t\n'; }

# What the functions of the platform call.
variable() {
    case $2 in
    '') missing="$missing $1" ;;
    *[[:cntrl:]]*) stop 2 "$1 holds a line end or another control character; set it without" ;;
    esac
}
header() { config="${config}header = \"$(quoted "$1: $2")\"$newline"; }
query_part() {
    case $query in
    '') query='?' ;;
    *) query="$query&" ;;
    esac
    query="$query$1=$(percent "$2")"
}
form_field() { config="$config$form_option = \"$(quoted "$1=$2")\"$newline"; }

# A setting that is a number; what is not set stays as it is.
number_setting() {
    case $2 in
    '' | 0) return ;;
    0*) ;;
    *) if is_number "$2"; then return; fi ;;
    esac
    stop 2 "$1 must be a number of seconds"
}

check_programs() {
    case $(command -v printf) in
    */*) stop 2 'this shell has no printf of its own, so that credentials would show in the' \
        'process list; run this file with sh, dash, bash or busybox sh' ;;
    esac
    for program in curl sed tr od tail wc grep sort uniq; do
        command -v "$program" > /dev/null 2>&1 || stop 2 "the program $program is missing"
    done
    if [ -n "$is_signed" ] && ! command -v openssl > /dev/null 2>&1; then
        stop 2 'the program openssl is missing; the platform wants each request to be signed'
    fi
}

names_pictures() {
    [ -n "$picture_key" ] && grep -q -F "\"$picture_key\":\"@" payload/*."$extension"
}

check_settings() {
    say_variables
    if [ -n "$(base_url_given)" ]; then base_url=$(base_url_given); fi
    if [ -z "$base_url" ]; then missing="$missing $base_url_variable"; fi
    if names_pictures && [ -z "$pictures" ]; then missing="$missing AVATAR_DIR"; fi
    if [ -n "$missing" ]; then
        stop 2 "nothing was sent: set in the environment:$missing"
    fi
    base_url=${base_url%/}
    case $base_url in
    *[!]A-Za-z0-9./:_~%[-]*)
        stop 2 "$base_url_variable: a base URL has no user, query, spaces or quotes" ;;
    https://?* | http://127.0.0.1[:/]* | http://localhost[:/]*) ;;
    http://?*) say 'warning: the credentials go over http, where others may read them' ;;
    *) stop 2 "$base_url_variable: a base URL begins with https://" ;;
    esac
    case $pictures in
    *[[:cntrl:]]*) stop 2 'AVATAR_DIR holds a line end or another control character' ;;
    esac
    number_setting ROWCALL_PACE_SECONDS "${ROWCALL_PACE_SECONDS-}"
    number_setting ROWCALL_RETRY_SECONDS "${ROWCALL_RETRY_SECONDS-}"
    wanted_pause=${ROWCALL_PACE_SECONDS:-$pause_seconds}
    retry_seconds=${ROWCALL_RETRY_SECONDS:-2}
}

# One run at a time: the folder that only one can make holds its private files, too.
lock() {
    mkdir answers 2> /dev/null
    [ -d answers ] || stop 5 "the folder $folder/answers cannot be made"
    if mkdir answers/.lock 2> /dev/null; then
        work=answers/.lock
        printf '%s\n' "$$" > "$work/pid" || stop 5 "nothing can be written in $folder/answers"
        return
    fi
    [ -d answers/.lock ] || stop 5 "nothing can be written in $folder/answers"
    other=$(cat answers/.lock/pid 2> /dev/null)
    if is_number "$other" && kill -0 "$other" 2> /dev/null; then
        stop 2 "another run is sending (process $other); wait for its end"
    fi
    stop 2 'a run that was killed has left its lock; if none is sending any more, remove it:' \
        "    rm -r '$folder/answers/.lock'"
}

# HMAC-SHA256 by its definition, hash(outer key, hash(inner key, text)): as an argument of openssl
# the secret would stand in the process list. The keys are kept as octal escapes.
prepare_keys() {
    key=$(say_secret | hexadecimal)
    if [ "${#key}" -gt 128 ]; then
        key=$(say_secret | openssl dgst -sha256 -binary | hexadecimal)
    fi
    inner_key=
    outer_key=
    count=0
    while [ "$count" -lt 64 ]; do
        rest=${key#??}
        byte=${key%"$rest"}
        key=$rest
        octal $((0x${byte:-0} ^ 0x36))
        inner_key=$inner_key$octal
        octal $((0x${byte:-0} ^ 0x5c))
        outer_key=$outer_key$octal
        count=$((count + 1))
    done
}

octal() { octal="\\$(($1 / 64))$(($1 / 8 % 8))$(($1 % 8))"; }

# shellcheck disable=SC2059 # The formats are octal escapes and nothing else.
sign() {
    inner() { { printf "$inner_key" && say_signed "$1"; } | openssl dgst -sha256 -binary; }
    { printf "$outer_key" && inner "$1"; } | openssl dgst -sha256 -binary | hexadecimal
}

# What all requests have in common.
prepare_config() {
    case $body_form in
    form) form_option=data-urlencode ;;
    *) form_option=form-string ;;
    esac
    config="request = \"$method\"$newline"
    say_headers
    if [ "$body_form" = json ]; then header 'Content-Type' 'application/json'; fi
    say_form
    say_query
    if [ -n "$is_signed" ]; then prepare_keys; fi
}

# The fields of a form, out of a flat JSON object of texts, as lines of a config file for curl.
# Both know the same escapes, so that a text stands in the config as it stood in the object. What
# divides two members can stand inside a text only with its quotes escaped: these are hidden first.
form_fields() {
    if [ "$1" = '{}' ]; then return; fi
    printf '%s\n' "$1" |
        sed -e "s/\\\\\\\\/$backslash_mark/g" -e "s/\\\\\"/$quote_mark/g" \
            -e 's/^{"//' -e 's/"}$//' -e 's/","/\
/g' |
        sed -e "s/$backslash_mark/\\\\\\\\/g" -e "s/$quote_mark/\\\\\"/g" |
        while IFS= read -r member; do
            push_field "${member%%'":"'*}" "${member#*'":"'}"
        done
}

push_field() {
    if [ "$1" = "$picture_key" ]; then
        # Inside the quotes of a form, quotes and backslashes are escaped once more.
        inside=$(printf '%s' "${2#@}" | sed 's/\\\(["\\]\)/\\\\\\\1/g')
        outside=$(quoted "$pictures" | sed 's/\\\(["\\]\)/\\\\\\\1/g')
        printf 'form = "%s=@\\"%s/%s\\""\n' "$1" "$outside" "$inside"
    elif [ "${#2}" -le "$config_bytes_max" ]; then
        printf '%s = "%s=%s"\n' "$form_option" "$1" "$2"
    else
        long=$(printf '%s' "$2" | sed 's/\\"/"/g')
        printf '%b' "$long" > "$work/field-$1"
        case $body_form in
        form) printf 'data-urlencode = "%s@%s"\n' "$1" "$work/field-$1" ;;
        *) printf 'form = "%s=<%s"\n' "$1" "$work/field-$1" ;;
        esac
    fi
}

# Sends the request once: its status, or 000 where no whole answer came.
attempt() {
    : > "$work/body"
    : > "$work/head"
    asked=$config
    if [ -n "$is_signed" ]; then
        timestamp=$(date +%s)
        signature=$(sign "$timestamp")
        # A signal to all processes of a run ends those that sign, too.
        heed_signal
        [ "${#signature}" -eq 64 ] || stop 2 'openssl does not work: it gives no SHA-256'
        say_signature "$signature" "$timestamp"
    fi
    # A document on standard input would be a file in some shells, so curl gets a pipe.
    status=$(
        {
            printf '%s' "$config"
            printf 'url = "%s"\n' "$base_url$request_path$query"
            cat "$work/fields"
        } | curl -q --silent --show-error --globoff --proto '=http,https' \
            --connect-timeout "$connect_seconds_max" --max-time "$answer_seconds_max" \
            --output "$work/body" --dump-header "$work/head" --write-out '%{http_code}' \
            --config - 2> "$work/error"
    )
    curl_code=$?
    config=$asked
    case $curl_code,$status in
    0,???) ;;
    5[56],4??) ;; # Refused before all of it was sent.
    *) status=000 ;;
    esac
}

pace() {
    if [ "$burst" -gt 0 ] && [ "$requests_since_pause" -ge "$burst" ]; then
        pause "$wanted_pause"
        requests_since_pause=0
    fi
    requests_since_pause=$((requests_since_pause + 1))
}

# Sends the request until it has an answer that stands.
send() {
    unheard=0
    limited=0
    failed=0
    again=$retry_seconds
    while :; do
        heed_signal
        pace
        attempt
        case $status in
        000) wait_for_server ;;
        401 | 403)
            stop 3 "the platform refuses the credentials ($status); look at what you have set:" \
                "   $(credentials)" 'started again, it goes on with this request'
            ;;
        429) wait_for_limit ;;
        408 | 5??)
            if [ "$failed" -ge "$failed_max" ]; then break; fi
            failed=$((failed + 1))
            grow_pause
            ;;
        *) break ;;
        esac
    done
    keep_answer
}

grow_pause() {
    pause "$again"
    again=$((again * 2))
}

wait_for_server() {
    case $curl_code in
    1 | 2 | 3 | 26 | 27 | 43 | 60 | 77)
        stop 2 "$file, request $index (from 0) cannot be sent:" "   $(cat "$work/error")" ;;
    esac
    if [ "$unheard" -ge "$unheard_max" ]; then
        stop 4 "$base_url gives no answer:" "   $(cat "$work/error")" \
            'started again, it goes on with this request'
    fi
    heed_signal
    unheard=$((unheard + 1))
    say "no answer (curl $curl_code); once more in $again s"
    grow_pause
}

wait_for_limit() {
    if [ "$limited" -ge "$limited_max" ]; then
        stop 4 "429 after $limited_max pauses; started again, it goes on with this request"
    fi
    limited=$((limited + 1))
    asked_for=$(sed -n \
        's/^[Rr]etry-[Aa]fter:[[:space:]]*\([0-9][0-9]*\)[[:space:]]*$/\1/p' "$work/head" |
        tail -n 1)
    if [ "${asked_for:-0}" = 0 ]; then
        say "too many requests (429); once more in $again s"
        grow_pause
    elif is_number "$asked_for" && [ "$asked_for" -le "$wait_seconds_max" ]; then
        say "too many requests (429); the platform asks to wait $asked_for s"
        pause "$asked_for"
    else
        stop 4 "the platform asks to wait $asked_for s (429); start again then"
    fi
    requests_since_pause=0
}

credentials() {
    variable() { printf '%s ' "$1"; }
    say_variables
}

# A text as the inside of a JSON string, whatever its bytes are.
json_text() {
    if command -v iconv > /dev/null 2>&1 && iconv -f UTF-8 -t UTF-8 "$1" > /dev/null 2>&1; then
        tr '\000-\037' ' ' < "$1"
    else
        tr '\000-\037' ' ' < "$1" | tr '\200-\377' '?'
    fi | sed 's/["\\]/\\&/g' | tr -d '\n'
}

keep_answer() {
    {
        printf '{"file":"%s","request":%s,"status":%s,"body":"' "$file" "$index" "$status" &&
            json_text "$work/body" &&
            printf '"}\n'
    } > "$work/line" || { heed_signal; stop 5 "an answer cannot be written in $folder/answers"; }
    case $status in
    408 | 5??)
        hold
        failures_in_a_row=$((failures_in_a_row + 1))
        [ "$failures_in_a_row" -lt "$failures_in_a_row_max" ] || server_fails
        ;;
    3?? | 404 | 405)
        failures_in_a_row=0
        if [ "$settled" -eq 0 ] && [ -z "${ROWCALL_TAKE_404-}" ]; then
            hold
            strays=$((strays + 1))
            [ "$strays" -lt "$strays_max" ] || wrong_address
        else
            settle
        fi
        ;;
    *)
        failures_in_a_row=0
        settle
        ;;
    esac
}

hold() {
    cat "$work/line" >> "$work/held" || stop 5 "an answer cannot be written in $folder/answers"
}

settle() {
    keep_held
    cat "$work/line" >> "$answers" || stop 5 "an answer cannot be written in $answers"
    settled=$((settled + 1))
    if [ "$format" = requests ] && [ $((settled % 100)) -eq 0 ]; then
        say "$((earlier + settled)) of $requests answered"
    fi
}

# Where the answers to a file's requests are kept.
answers_to() {
    case $1 in
    updates/*) answers_name=updates-${1#updates/} ;;
    *) answers_name=${1#payload/} ;;
    esac
    printf 'answers/%s.jsonl' "${answers_name%%.*}"
}

# Keeps what was held, each answer in the file of its payload.
keep_held() {
    [ -s "$work/held" ] || return 0
    while IFS= read -r held; do
        held_file=${held#'{"file":"'}
        printf '%s\n' "$held" >> "$(answers_to "${held_file%%\"*}")" ||
            stop 5 "an answer cannot be written in $folder/answers"
    done < "$work/held"
    settled=$((settled + $(wc -l < "$work/held")))
    rm "$work/held"
}

server_fails() {
    stop 4 "$base_url fails again and again (the last answer was $status)" \
        'started again, it goes on with the first of these requests'
}

wrong_address() {
    stop 4 "$base_url$path is answered with $status: the base URL or the path may be wrong" \
        "set $base_url_variable and start again; or ROWCALL_TAKE_404=1 to take it as an answer"
}

# How many requests of the file have their answers. A line that was cut short goes.
resume() {
    answered=0
    [ -s "$answers" ] || return 0
    if [ -n "$(tail -c 1 "$answers")" ]; then
        { sed '$d' "$answers" > "$work/whole" && mv "$work/whole" "$answers"; } ||
            stop 5 "$folder/$answers cannot be written"
    fi
    answered=$(($(wc -l < "$answers")))
    [ "$answered" -gt 0 ] || return 0
    case $(tail -n 1 "$answers") in
    '{"file":"'"$file"'","request":'"$((answered - 1))"',"status":'*'"}') ;;
    *) stop 2 "$folder/$answers is not as it was written; without it $file is sent anew" ;;
    esac
}

send_lines() {
    rest=$file
    if [ "$answered" -gt 0 ]; then
        rest=$work/rest
        tail -n "+$((answered + 1))" "$file" > "$rest" || stop 5 "$rest cannot be written"
    fi
    index=$answered
    exec 3< "$rest"
    while IFS= read -r line <&3; do
        head=${line%%'"body":'*}
        body=${line#*'"body":'}
        body=${body%\}}
        request_path=${head#*'"path":"'}
        request_path=${request_path%%\"*}
        if [ "$body_form" = json ]; then
            printf '%s' "$body" > "$work/request" &&
                printf 'data-binary = "@%s"\n' "$work/request" > "$work/fields"
        else
            form_fields "$body" > "$work/fields"
        fi || stop 5 "nothing can be written in $folder/answers"
        send
        index=$((index + 1))
    done
    exec 3<&-
}

send_whole() {
    index=0
    request_path=$path
    case $format in
    json) printf 'data-binary = "@%s"\n' "$file" ;;
    *) printf 'form = "%s=@\\"%s\\";type=text/csv"\n' "$file_field" "$file" ;;
    esac > "$work/fields" || stop 5 "nothing can be written in $folder/answers"
    send
    say "$file answered $status"
}

# Sends so many files of a folder.
send_folder() {
    number=1
    while [ "$number" -le "$2" ]; do
        file=$1/$(printf '%06d' "$number").$extension
        answers=$(answers_to "$file")
        [ -r "$file" ] || stop 2 "$folder/$file is missing"
        resume
        earlier=$((earlier + answered))
        if [ "$format" = requests ]; then
            send_lines
        elif [ "$answered" -eq 0 ]; then
            send_whole
        fi
        number=$((number + 1))
    done
}

# New contacts come first, then the updates, which are requests of their own.
send_all() {
    if [ "$contacts" -gt 0 ]; then
        prepare_config
        send_folder payload "$payload_files"
    fi
    if [ "$updates" -gt 0 ]; then
        format=requests
        extension=jsonl
        method=$update_method
        body_form=json
        query=
        prepare_config
        send_folder updates "$update_files"
    fi
    [ -s "$work/held" ] || return 0
    if [ "$settled" -eq 0 ] && [ "$strays" -gt 0 ]; then wrong_address; fi
    if [ "$settled" -eq 0 ] && [ "$earlier" -eq 0 ]; then server_fails; fi
    keep_held
}

statuses() {
    sed -n 's/^{"file":"[^"]*","request":[0-9]*,"status":\([0-9]*\),.*/\1/p' answers/*.jsonl
}

finish() {
    if [ $(($(statuses | wc -l))) -ne "$requests" ]; then
        stop 2 "there are $requests requests and another number of answers: something was changed"
    fi
    say 'every request has its answer:'
    statuses | sort | uniq -c | while read -r count status; do say "    $count answered $status"; done
    say "the answers are in $folder/answers"
    if statuses | grep -q -e '^5' -e '^408'; then
        stop 6 'of the contacts behind 408 and 5xx nobody knows what became: look for them there'
    fi
}

case $0 in
*/*) folder=${0%/*} ;;
*) folder=. ;;
esac
pictures=${AVATAR_DIR-}
case $pictures in
'' | /*) ;;
*) pictures=$PWD/$pictures ;;
esac
CDPATH='' cd -- "$folder" || stop 2 "the folder $folder cannot be entered"
trap leave 0
trap 'signal=129' HUP
trap 'signal=130' INT
trap 'signal=143' TERM
if [ "$contacts" -eq 0 ] && [ "$updates" -eq 0 ]; then
    say 'the payload has no contact: nothing to send'
    exit 0
fi
requests=$payload_files
if [ "$format" = requests ]; then requests=$contacts; fi
if [ "$contacts" -eq 0 ]; then requests=0; fi
requests=$((requests + updates))
check_programs
check_settings
lock
say "sending $contacts new contacts and $updates updates to $base_url ($platform)"
send_all
finish
