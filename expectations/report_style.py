"""The look of the quality report: one style sheet, inline in every page.

Belongs here: colours, type, layout on a phone and on paper. Nothing in it may point outside the page.
"""

CSS = """
:root{--ink:#1d2730;--soft:#5c6b78;--line:#d9dfe4;--paper:#fbfaf7;--card:#fff;--accent:#8a2b20;
--ok:#3b7f6b;--blank:#cfd6dc;--mark:#c8a646;--bad:#b8382c;--warn:#d9792b;--gone:#8893a8;--tint:#f3f0ea}
@media(prefers-color-scheme:dark){:root{--ink:#e6e3dc;--soft:#9fa9b2;--line:#39424a;--paper:#14181c;
--card:#1c2228;--accent:#e59a8c;--ok:#58a890;--blank:#4a545d;--mark:#c9ab55;--bad:#df6a5c;
--warn:#e39a55;--gone:#6d7890;--tint:#232a31}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.65 "Source Han Serif SC",
"Noto Serif CJK SC","Songti SC",Georgia,"Times New Roman",serif}
main{max-width:68rem;margin:0 auto;padding:1.5rem 1.1rem 4rem}
h1{font-size:1.75rem;line-height:1.3;margin:.4rem 0 .2rem}
h2{font-size:1.25rem;margin:2.6rem 0 .6rem;padding-top:.5rem;border-top:2px solid var(--ink)}
h3{font-size:1.05rem;margin:1.5rem 0 .4rem}
p{margin:.4rem 0 .8rem;max-width:46rem}
a{color:var(--accent);text-underline-offset:.3em;text-decoration-thickness:1px;text-decoration-skip-ink:none}
.en,.soft{color:var(--soft)}
.en{font-family:Georgia,"Times New Roman",serif;font-size:.86em}
.small{font-size:.86rem}
.lead{font-size:1.06rem}
nav{font-size:.9rem;margin:.6rem 0 0;display:flex;flex-wrap:wrap;gap:.2rem 1rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.8rem,1fr));gap:.7rem;margin:1.2rem 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem}
.tile b{display:block;font-size:1.7rem;line-height:1.2;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto;margin:.5rem 0 1rem;border:1px solid var(--line);border-radius:.4rem;
background:var(--card)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
tr:last-child>*{border-bottom:0}
thead th{background:var(--tint);font-weight:600}
.names td:nth-child(2){min-width:17rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.n{white-space:nowrap}
.chip{display:inline-block;padding:0 .5em;border-radius:1em;font-size:.82rem;white-space:nowrap;
border:1px solid currentColor}
.chip.ok{color:var(--ok)}
.chip.bad{color:var(--bad)}
.chip.warn{color:var(--warn)}
.chip.mark{color:var(--mark)}
.chip.gone,.chip.blank{color:var(--soft)}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.86rem;margin:.4rem 0}
.key i{display:inline-block;width:.8em;height:.8em;border-radius:.15em;margin-right:.35em;
vertical-align:-.05em}
i.ok{background:var(--ok)}
i.blank{background:var(--blank)}
i.mark{background:var(--mark)}
i.bad{background:var(--bad)}
i.gone{background:var(--gone)}
i.warn{background:var(--warn)}
i.hatched{background:linear-gradient(-45deg,transparent 42%,var(--ink) 42% 58%,transparent 58%),
color-mix(in srgb,var(--ok) 40%,var(--card))}
i.ringed{outline:2px solid var(--bad);outline-offset:-1px}
svg.map{display:block;max-width:100%;height:auto}
svg .ok{fill:var(--ok)}
svg .blank{fill:var(--blank)}
svg .mark{fill:var(--mark)}
svg .bad{fill:var(--bad)}
svg .gone{fill:var(--gone)}
svg .light{fill-opacity:.4}
svg .stroke{fill:none;stroke:var(--ink);stroke-width:1}
svg .ring{fill:none;stroke:var(--bad);stroke-width:1.6}
.card{background:var(--card);border:1px solid var(--line);border-left:.3rem solid var(--soft);
border-radius:.4rem;padding:.7rem .9rem;margin:.7rem 0;break-inside:avoid}
.card.bad{border-left-color:var(--bad)}
.card.warn{border-left-color:var(--warn)}
.card.mark{border-left-color:var(--mark)}
.sides{display:grid;grid-template-columns:1fr auto 1fr;gap:.2rem 1rem;align-items:start;
margin:.5rem 0 .2rem}
.sides .op{font-size:1.3rem;text-align:center;color:var(--bad);align-self:center}
.sides ul{margin:0;padding:0;list-style:none;font-size:.9rem}
.sides li{margin:.1rem 0}
.sides b.sum{font-size:1.15rem;font-variant-numeric:tabular-nums}
q{quotes:"“" "”";background:var(--tint);padding:0 .25em;border-radius:.2em;
font-variant-numeric:tabular-nums}
.form td{min-width:3.2rem;text-align:right;font-variant-numeric:tabular-nums}
.form td.blank,.form td.gone,.form td.bad,.form td.mark{color:var(--soft)}
.form td.gone{background:repeating-linear-gradient(-45deg,transparent 0 5px,var(--tint) 5px 7px)}
.form td.bad{background:var(--tint)}
.form td.doubt{text-decoration:underline dotted var(--warn) 2px;text-underline-offset:.2em}
.form td.suspect{outline:2px solid var(--bad);outline-offset:-2px}
.form th{font-weight:400;min-width:9rem}
.form thead th{min-width:3.2rem;white-space:normal;text-align:right}
.form thead th:first-child{text-align:left}
.d{font-style:italic;color:var(--ok)}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--accent)}
blockquote{margin:.2rem 0;padding-left:.7rem;border-left:2px solid var(--line);color:var(--soft);
font-size:.9rem}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.6rem;font-size:.84rem;
color:var(--soft)}
@media(max-width:40rem){body{font-size:15px}h1{font-size:1.4rem}.sides{grid-template-columns:1fr}
.sides .op{text-align:left}th,td{padding:.3rem .45rem}
.stack thead{display:none}.stack tr,.stack td{display:block;border-bottom:0}
.stack tr{padding:.35rem 0;border-bottom:1px solid var(--line)}
.stack td{text-align:left;white-space:normal;overflow-wrap:anywhere;padding:.1rem .45rem}
.stack td:empty{display:none}
.stack td+td::before{content:attr(data-head) ": ";color:var(--soft);font-size:.82em}}
code{font-size:.9em}
.find{width:100%;font:inherit;padding:.45rem .7rem;border:1px solid var(--line);border-radius:.4rem;
background:var(--card);color:var(--ink)}
[hidden]{display:none!important}
@media print{:root{--paper:#fff;--card:#fff;--tint:#f2f2f2;--ink:#000;--soft:#444;--line:#bbb;
--accent:#000}main{max-width:none;padding:0}.wide{overflow:visible}nav{display:none}
details>*{display:block}h2{break-after:avoid}i,svg *{print-color-adjust:exact;
-webkit-print-color-adjust:exact}}
"""
