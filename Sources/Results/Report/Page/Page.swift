/// What every page has: its style sheet, its script, and what a browser may do with it.
///
/// They are Swift strings, because the program stands alone.
enum Page {
  /// Nothing is loaded, and no other script runs; the number is the script's SHA-256, which the tests
  /// compare.
  static let policy: Markup = """
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'sha256-RDUxbTKfkju/xyyySrQ5aMP7C7KCvQ+41BISowTMUfI='">
    """

  /// A table that may be wider than the page.
  static func table(
    _ id: String, _ caption: Markup, _ heads: [Markup], _ rows: [Markup]
  ) -> Markup {
    """
    <div class="scroll" tabindex="0" role="region" aria-labelledby="\(id)-caption">
    <table id="\(id)">
    <caption id="\(id)-caption">\(caption)</caption>
    <thead><tr>\(Markup(heads, separator: ""))</tr></thead>
    <tbody>
    \(rows)
    </tbody>
    </table>
    </div>
    """
  }

  /// Headers of the table of cells become buttons that sort, and links with a word fill in its filter.
  static let script: Markup = """
    const table = document.getElementById("cells");
    if (table) {
      const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
      const filter = document.getElementById("filter"), count = document.getElementById("count");
      const value = (row, i) => row.cells[i].dataset.value ?? row.cells[i].textContent;
      const compare = (a, b) => isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b;
      heads.forEach((head, i) => {
        const button = document.createElement("button");
        button.textContent = head.textContent;
        button.onclick = () => {
          const sign = head.ariaSort === "ascending" ? -1 : 1;
          heads.forEach(other => other.ariaSort = null);
          head.ariaSort = sign < 0 ? "descending" : "ascending";
          rows.sort((a, b) => {
            const [x, y] = [value(a, i), value(b, i)];
            return (x === "") - (y === "") || sign * compare(x, y);
          });
          body.append(...rows);
        };
        head.replaceChildren(button);
      });
      filter.oninput = () => {
        const words = filter.value.toLowerCase().split(" ");
        rows.forEach(row => {
          const text = [...row.cells].map(cell => cell.textContent.toLowerCase());
          row.hidden = !words.every(word => text.some(field => field.includes(word)));
        });
        count.textContent = `${rows.filter(row => !row.hidden).length} of ${rows.length}`;
      };
      document.querySelectorAll("[data-filter]").forEach(link => link.onclick = () => {
        filter.value = link.dataset.filter;
        filter.oninput();
      });
      filter.oninput();
      document.getElementById("tools").hidden = false;
    }
    """

  static let style: Markup = """
    :root {
      color-scheme: light dark;
      --page: #fff; --text: #1b1f24; --quiet: #59636e; --line: #d1d9e0; --band: #f3f5f7;
      --link: #0b5cad; --less: #0a4a86; --less-near: #e4effb; --less-far: #b5d4f4;
      --more: #7d3c00; --more-near: #fdeedd; --more-far: #fbcf9f; --target: #fff3b0;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #14171b; --text: #e4e7eb; --quiet: #9aa4af; --line: #353c44; --band: #1d2228;
        --link: #7ab7f5; --less: #b5d8fb; --less-near: #18304a; --less-far: #1f4f80;
        --more: #ffd3a6; --more-near: #3d2710; --more-far: #764212; --target: #5a4d0c;
      }
    }
    html { scroll-padding-top: 4em; }
    body {
      max-width: 76rem; margin: 0 auto; padding: 1rem 1.25rem 4rem;
      background: var(--page); color: var(--text);
      font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
    }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; text-wrap: balance; }
    h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); }
    h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
    header p { margin: 0; color: var(--quiet); }
    a { color: var(--link); }
    .quiet, caption, #count { color: var(--quiet); }
    ul { padding-left: 1.25rem; }
    dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .25rem 1.5rem; margin: .5rem 0; }
    dt { max-width: 20rem; font-weight: 600; }
    dd { margin: 0; }
    pre { padding: .75rem 1rem; background: var(--band); white-space: pre-wrap; }
    code { font-family: ui-monospace, monospace; font-size: .9em; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
    caption { caption-side: top; text-align: left; padding: .25rem 0 .5rem; }
    th, td { padding: .2rem .6rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
    thead th { vertical-align: bottom; background: var(--band); }
    tbody th { font-weight: normal; }
    .number { text-align: right; }
    .matrix thead th { text-align: right; }
    .matrix td { padding: 1px; text-align: right; }
    .matrix th[scope=row] { padding-left: 1.4rem; }
    .matrix th[scope=rowgroup] { padding-top: .8rem; font-weight: 600; }
    .matrix .edge { border-left: 2px solid var(--line); }
    .matrix a, .matrix .none { display: block; padding: .15rem .5rem; color: inherit; text-decoration: none; }
    .matrix a:hover, .matrix a:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
    .faster { color: var(--less); background: var(--less-near); }
    .slower { color: var(--more); background: var(--more-near); }
    .matrix a.faster { color: var(--less); }
    .matrix a.slower { color: var(--more); }
    .matrix a.unresolved { color: var(--quiet); }
    .faster.far { background: var(--less-far); }
    .slower.far { background: var(--more-far); }
    .unresolved, .none { color: var(--quiet); }
    .quiet span { padding: 0 .35em; }
    tr:target > * { background: var(--target); }
    figure { margin: 1rem 0; padding: .75rem; background: #fff; color: #59636e; border: 1px solid var(--line); border-radius: 6px; }
    figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
    thead button { all: unset; cursor: pointer; }
    thead button:focus-visible { outline: 2px solid var(--link); }
    thead button::after { content: " \\2195"; opacity: .4; }
    [aria-sort=ascending] button::after { content: " \\2191"; opacity: 1; }
    [aria-sort=descending] button::after { content: " \\2193"; opacity: 1; }
    input { font: inherit; padding: .2rem .4rem; min-width: 12rem; }
    @media (max-width: 40rem) {
      body { padding: .5rem .75rem 3rem; }
      h1 { font-size: 1.3rem; }
      dl { grid-template-columns: 1fr; gap: 0; }
      dd { margin: 0 0 .6rem 1rem; }
      th, td { padding: .15rem .4rem; }
      .matrix th[scope=row] { padding-left: .8rem; }
    }
    @media print {
      :root {
        color-scheme: light;
        --page: #fff; --text: #000; --quiet: #444; --line: #bbb; --band: #f3f5f7; --link: #000;
        --less: #0a4a86; --less-near: #e4effb; --less-far: #b5d4f4;
        --more: #7d3c00; --more-near: #fdeedd; --more-far: #fbcf9f;
      }
      @page { margin: 14mm; }
      body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; }
      h2, h3, caption { break-after: avoid; }
      figure, thead, tr, dt, dd, pre { break-inside: avoid; }
      .matrix tbody { break-inside: avoid; }
      .scroll { overflow: visible; }
      table { font-size: 8pt; }
      #cells { font-size: 6.5pt; }
      th, td { padding: .1rem .3rem; }
      #cells td:not(.number) { white-space: normal; }
      #tools, section:has(#data) { display: none; }
      thead button { display: contents; }
      thead button::after { content: none !important; }
    }
    """
}
