"""How the cost of articles grows: reading, storing, comparing and building, from a thousand short articles on.

    python benchmarks/scale.py --counts 1000,10000 [--scheduler local] [--json FILE]

The articles are invented: two to five paragraphs in English, Russian, Persian and Kazakh about seizures, arrests and trade,
with places, days, quantities and bodies drawn with a fixed seed, so that the same count gives the same articles. One in
twenty is another one printed again with a few words changed, as agencies' reports are. Every step runs in a process of its
own, which tells its CPU seconds (workers counted) and its largest resident memory. Nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHECKOUT: Final = Path(__file__).resolve().parents[1]
SEED: Final = 7
REPRINTED: Final = 0.05
PER_FOLDER: Final = 1000

PLACES: Final = {
    "en": ("Kulob", "Khorog", "Termez", "Kunduz", "Osh", "Bishkek", "Panjakent", "Samarkand", "Mazar-i-Sharif", "Almaty",
           "Shymkent", "Dushanbe", "Batken", "Isfara", "Namangan", "Herat", "Faizabad", "Taraz", "Orenburg", "Omsk"),
    "ru": ("Куляб", "Хорог", "Термез", "Кундуз", "Ош", "Бишкек", "Пенджикент", "Самарканд", "Мазари-Шариф", "Алматы",
           "Шымкент", "Душанбе", "Баткен", "Исфара", "Наманган", "Герат", "Файзабад", "Тараз", "Оренбург", "Омск"),
    "fa": ("کولاب", "خاروغ", "ترمذ", "قندوز", "اوش", "بیشکک", "پنجکنت", "سمرقند", "مزار شریف", "آلماتی",
           "دوشنبه", "باتکن", "اسفره", "هرات", "فیض‌آباد"),
    "kk": ("Алматы", "Шымкент", "Тараз", "Бішкек", "Ош", "Душанбе", "Термез", "Самарқанд", "Орынбор", "Қызылорда"),
}  # fmt: skip
MONTHS: Final = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    "kk": [
        "қаңтарда",
        "ақпанда",
        "наурызда",
        "сәуірде",
        "мамырда",
        "маусымда",
        "шілдеде",
        "тамызда",
        "қыркүйекте",
        "қазанда",
        "қарашада",
        "желтоқсанда",
    ],
    "fa": ["ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر"],
}
SENTENCES: Final = {
    "en": (
        "Border guards seized {kg} kg of heroin near {place} on {day} {month} {year}.",
        "Police in {place} arrested {few} men on suspicion of smuggling in {month} {year}.",
        "Opium from Afghanistan passes through {country} to Russia, the agency said.",
        "An official in {place} said that trade had grown by {percent} percent since {year}.",
        "Gunmen attacked a checkpoint outside {place} on {day} {month} {year}, and {few} people were killed.",
        "The Shanghai Cooperation Organization discussed the border in {place}.",
        "Villagers near {place} said that the bridge had been closed for {few} weeks.",
        "In {year} the province counted {many} hectares of poppy.",
    ),
    "ru": (
        "Пограничники изъяли {kg} кг героина близ города {place} {day} {month} {year} года.",
        "Полиция задержала {few} человек в городе {place} в {year} году.",
        "Опиум из Афганистана попадает через Таджикистан в Россию, сообщило ведомство.",
        "По словам чиновника, торговля через {place} выросла на {percent} процентов.",
        "ШОС обсудила положение на границе.",
        "Жители рассказали, что мост у города {place} закрыт уже {few} недели.",
    ),
    "fa": (
        "مرزبانان در {day} {month} {year} در نزدیکی {place} {kg} کیلوگرم هروئین کشف کردند.",
        "پلیس در {place} {few} تن را به اتهام قاچاق بازداشت کرد.",
        "تریاک افغانستان از راه تاجیکستان به روسیه می‌رسد.",
        "یک مقام در {place} گفت که تجارت {percent} درصد افزایش یافته است.",
        "سازمان همکاری شانگهای دربارهٔ مرز گفتگو کرد.",
    ),
    "kk": (
        "Шекарашылар {year} жылы {day} {month} {place} маңында {kg} келі героин тәркіледі.",
        "Полиция {place} қаласында {few} адамды ұстады.",
        "Ауған апиыны Тәжікстан арқылы Ресейге жетеді.",
        "Шенеунік {place} арқылы сауда {percent} пайызға өскенін айтты.",
    ),
}  # fmt: skip
COUNTRIES: Final = ("Tajikistan", "Uzbekistan", "Turkmenistan", "Kyrgyzstan", "Kazakhstan")
LANGUAGES: Final = ("en", "en", "en", "en", "ru", "ru", "ru", "fa", "fa", "kk")


def articles(count: int, seed: int = SEED) -> Iterator[tuple[str, str]]:
    """Yield (file name, text) of invented articles; the first ones of a larger count are those of a smaller one."""
    kept: list[str] = []
    for number in range(count):
        # The seed of an article is its number: no sequence has to be run through to get one.
        chance = random.Random(f"{seed} {number}")
        if kept and chance.random() < REPRINTED:
            text = _reprinted(chance, chance.choice(kept))
        else:
            text = _article(chance)
            kept = [*kept[-500:], text]
        yield f"report-{number:07d}.txt", text


def _article(chance: random.Random) -> str:
    language = chance.choice(LANGUAGES)
    return "\n\n".join(
        " ".join(_sentence(chance, language) for _ in range(chance.randint(3, 6))) for _ in range(chance.randint(2, 5))
    )


def _sentence(chance: random.Random, language: str) -> str:
    return chance.choice(SENTENCES[language]).format(
        place=chance.choice(PLACES[language]),
        month=chance.choice(MONTHS[language]),
        country=chance.choice(COUNTRIES),
        day=chance.randint(1, 28),
        year=chance.randint(1992, 2025),
        kg=chance.randint(1, 900),
        few=chance.randint(2, 9),
        percent=chance.randint(2, 80),
        many=f"{chance.randint(1, 99)},{chance.randint(100, 999)}",
    )


def _reprinted(chance: random.Random, text: str) -> str:
    sentences = text.split(". ")
    if len(sentences) > 4:  # noqa: PLR2004 -- a report of a few sentences is printed whole
        del sentences[chance.randrange(1, len(sentences) - 1)]
    return ". ".join(sentences)


def write_articles(folder: Path, count: int) -> int:
    """Write the articles into folders of a thousand and return how many bytes they take."""
    size = 0
    for number, (name, text) in enumerate(articles(count)):
        room = folder / f"{number // PER_FOLDER:04d}"
        room.mkdir(parents=True, exist_ok=True)
        size += (room / name).write_bytes(text.encode())
    return size


@dataclass(frozen=True)
class Step:
    """What one step cost: CPU seconds of the process and its children, wall seconds, and its largest resident memory."""

    articles: int
    name: str
    scheduler: str
    cpu_s: float
    wall_s: float
    peak_mb: float
    told: str = ""

    @property
    def ms_per_article(self) -> float:
        return self.cpu_s / self.articles * 1000


def run(step: str, articles: int, scheduler: str, arguments: Sequence[str | Path]) -> Step:
    """Run one step in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started_s = time.perf_counter()
    script = ("import resource, sys\nfrom server.cli import main\nmain(sys.argv[1:], standalone_mode=False)\n"
              "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{step} of {articles:,} articles: {done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Step(
        articles,
        step,
        scheduler,
        cpu_s=round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
        wall_s=round(time.perf_counter() - started_s, 2),
        peak_mb=round(int(done.stderr.split()[-1]) / 1000, 1),
        told=done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "",
    )


def measure(count: int, schedulers: Sequence[str], *, builds: bool) -> Iterator[Step]:
    """Ingest, compare and build so many articles, with each scheduler in a workspace of its own."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_articles(folder / "articles", count)
        for scheduler in schedulers:
            workspace = folder / scheduler
            place = ("--workspace", workspace)
            # Ingesting compares at its end; comparing again, all read anew, tells the two apart.
            yield run("ingest", count, scheduler, ["ingest", folder / "articles", *place, "--scheduler", scheduler])
            if scheduler == "none":
                yield run("read and compare", count, scheduler, ["store", "compare", *place])
            if builds:
                yield run("build", count, scheduler, ["build", "--no-pictures", *place, "--scheduler", scheduler])
            disk = {path.name: _size_mb(path) for path in sorted(workspace.iterdir())}
            yield Step(count, "disk", scheduler, 0.0, 0.0, 0.0, json.dumps(disk))


def _size_mb(path: Path) -> float:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return round(sum(each.stat().st_size for each in files) / 1e6, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", default="1000", help="how many articles, with commas")
    parser.add_argument("--schedulers", default="none", help="of none, local, tcp://…, with commas")
    parser.add_argument("--no-build", action="store_true", help="leave out the build")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args(arguments)
    console = Console(width=120)
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    steps: list[Step] = []
    table = Table("articles", "step", "scheduler", "CPU s", "ms an article", "wall s", "peak MB", "told")
    for count in map(int, options.counts.split(",")):
        for step in measure(count, options.schedulers.split(","), builds=not options.no_build):
            steps.append(step)
            console.print(asdict(step), soft_wrap=True)
            table.add_row(
                f"{step.articles:,}", step.name, step.scheduler, f"{step.cpu_s:.1f}", f"{step.ms_per_article:.1f}",
                f"{step.wall_s:.1f}", f"{step.peak_mb:.0f}", step.told[:60],
            )  # fmt: skip
    console.print(table)
    if options.json:
        options.json.write_text(json.dumps([asdict(step) for step in steps], indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
