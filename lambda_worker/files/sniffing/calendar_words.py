"""The names of months and weekdays that dates are written with, in full and short."""

from __future__ import annotations

from typing import Final

_MONTHS: Final = {
    "English": (
        "january february march april may june july august september october november december "
        "jan feb mar apr jun jul aug sep sept oct nov dec"
    ),
    "German, and Austrian": (
        "januar jänner februar feber märz mai juni juli oktober dezember jän mär mrz okt dez"
    ),
    "French": (
        "janvier février fevrier mars avril juin juillet août aout septembre octobre novembre "
        "décembre decembre janv fév fev févr fevr avr juil déc"
    ),
    "Spanish": (
        "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre "
        "diciembre ene abr ago dic"
    ),
    "Italian": (
        "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre gen mag giu lug "
        "sett ott"
    ),
    "Portuguese": (
        "janeiro fevereiro março marco maio junho julho setembro outubro novembro dezembro"
    ),
    "Dutch": "januari februari maart mei augustus mrt",
    "Swedish, Danish, Norwegian": "augusti marts maj desember des",
    "Polish and Czech, as days have them": (
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
        "listopada grudnia ledna února března dubna května června července srpna září října "
        "listopadu prosince"
    ),
    "Russian": (
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря январь "
        "февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь янв фев мар апр "
        "июн июл авг сен сент окт ноя дек"
    ),
}
"""In small letters. Portuguese and Italian short forms that are English words, too (out, set), are
left out."""

_WEEKDAYS: Final = {
    "English": (
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs "
        "fri sat sun"
    ),
    "German": (
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so"
    ),
    "French": "lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim",
    "Spanish": "lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom",
    "Italian": "lunedì martedì mercoledì giovedì venerdì sabato domenica gio sab",
    "Dutch": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "Swedish, Danish, Norwegian": (
        "måndag mandag tisdag tirsdag onsdag torsdag fredag lördag lørdag söndag søndag"
    ),
}

MONTHS: Final = frozenset(" ".join(_MONTHS.values()).split())
WEEKDAYS: Final = frozenset(" ".join(_WEEKDAYS.values()).split())
