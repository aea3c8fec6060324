// Measures one page of a learner as senior-ui.md asks, in the size and the window that it
// has now. It gives {problems: [text], places: {name: [x, y]}}.
(function measure(limits) {
  const problems = [];
  const visible = (e) => {
    if (!e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    // What only a screen reader gets is clipped to a point.
    const r = e.getBoundingClientRect();
    return r.width > 2 && r.height > 2;
  };
  const name = (e) => {
    const text = (e.innerText || e.value || e.getAttribute("aria-label") || "").replace(/\s+/g, " ").trim().slice(0, 24);
    return `<${e.tagName.toLowerCase()}${e.className && typeof e.className === "string" ? "." + e.className.trim().replace(/\s+/g, ".") : ""}> “${text}”`;
  };
  const say = (text) => { if (!problems.includes(text)) problems.push(text); };
  const round = (n) => Math.round(n * 10) / 10;
  // While a question lies over the page, nothing else can be read or pressed.
  const asked = document.querySelector("dialog:modal");
  const scope = asked || document.body;

  // Colours. A text stands on the nearest ground that is not see-through.
  const rgba = (s) => {
    const n = s.match(/[\d.]+/g).map(Number);
    return { r: n[0], g: n[1], b: n[2], a: n.length > 3 ? n[3] : 1 };
  };
  const over = (top, under) => ({
    r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a),
    b: top.b * top.a + under.b * (1 - top.a), a: 1,
  });
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const c = rgba(getComputedStyle(at).backgroundColor);
      if (c.a > 0) layers.push(c);
      if (c.a === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 });
  };
  const light = ({ r, g, b }) => {
    const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };

  // Text: its size, and how it stands out.
  const texts = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || !visible(e) || e.closest("script, style, noscript, svg")) continue;
    const style = getComputedStyle(e);
    const size = parseFloat(style.fontSize);
    const least = e.closest("main") ? limits.mainText : limits.text;
    if (size < least - 0.1) say(`text of ${round(size)} px, want ${least}: ${name(e)}`);
    const bold = parseInt(style.fontWeight, 10) >= 700;
    const want = size >= 24 || (bold && size >= 18.66) ? 4.5 : 7;
    const under = ground(e);
    const got = contrast(over(rgba(style.color), under), under);
    if (got < want - 0.005) say(`contrast ${round(got)}, want ${want}: ${name(e)}`);
  }

  // Controls: the union of their rectangles and their labels'.
  const all = [...scope.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]")].filter((e) => visible(e) || [...(e.labels || [])].some(visible));
  const rectOf = (e) => {
    const rects = [e, ...(e.labels || [])].filter(visible).flatMap((x) => [...x.getClientRects()]).filter((r) => r.width && r.height);
    const union = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (const r of rects) {
      union.left = Math.min(union.left, r.left); union.top = Math.min(union.top, r.top);
      union.right = Math.max(union.right, r.right); union.bottom = Math.max(union.bottom, r.bottom);
    }
    return union;
  };
  const controls = all.map((e) => ({ e, r: rectOf(e) }));
  for (const { e, r } of controls) {
    const primary = e.matches("[data-primary], .main, .choice, .tile, .tap") && !e.closest(".picture");
    const want = primary ? limits.primary : limits.other;
    if (r.bottom - r.top < want - 0.5) say(`${round(r.bottom - r.top)} px high, want ${want}: ${name(e)}`);
    if (r.right - r.left < limits.other - 0.5) say(`${round(r.right - r.left)} px wide, want ${limits.other}: ${name(e)}`);
  }
  for (let i = 0; i < controls.length; i++) {
    for (let j = i + 1; j < controls.length; j++) {
      const a = controls[i], b = controls[j];
      if (a.e.contains(b.e) || b.e.contains(a.e) || floats(a.e) !== floats(b.e)) continue;
      const dx = Math.max(a.r.left, b.r.left) - Math.min(a.r.right, b.r.right);
      const dy = Math.max(a.r.top, b.r.top) - Math.min(a.r.bottom, b.r.bottom);
      const gap = Math.max(dx, dy);
      if (gap < limits.gap - 0.5) say(`gap of ${round(gap)} px, want ${limits.gap}: ${name(a.e)} and ${name(b.e)}`);
    }
  }
  // Bars that stay while the page moves lie over it for a while, which is not a gap.
  function floats(e) {
    for (let at = e; at; at = at.parentElement) {
      if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return at;
    }
    return null;
  }

  // Each control can be pressed in its middle once it is scrolled to.
  for (const { e } of controls) {
    const label = [...(e.labels || [])].find(visible);
    const target = visible(e) ? e : label;
    target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const r = target.getClientRects()[0];
    const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
    if (!hit || !(target.contains(hit) || hit.contains(target) && hit.closest("a, button, label") || (label && label.contains(hit)))) {
      say(`covered by ${hit ? name(hit) : "nothing"}: ${name(e)}`);
    }
  }
  scrollTo(0, 0);

  // One thing a page.
  const count = (sel) => [...document.querySelectorAll(sel)].filter(visible).length;
  if (count("h1") !== 1) say(`${count("h1")} first headings, want 1`);
  const pressed = asked ? "dialog:modal .main" : "[data-primary]";
  const primary = count(pressed);
  if (primary > 1) say(`${primary} primary buttons, want one`);
  // Who watches a class has nothing to do.
  if (primary === 0 && (asked || count(".choice, .tile, button.tap, #live") === 0)) say("no primary button and nothing to choose");
  const first = [...document.querySelectorAll(pressed)].filter(visible)[0];
  if (first) {
    const r = first.getBoundingClientRect();
    if (r.top < 0 || r.bottom > innerHeight + 1) say(`the primary button is out of sight: ${name(first)} ${round(r.top)} to ${round(r.bottom)} of ${innerHeight}`);
  }
  const wide = document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth;
  if (wide > 0) {
    const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5);
    say(`${wide} px wider than the window: ${out.slice(-3).map(name).join(", ")}`);
  }

  // Where the things are that never move.
  const places = {};
  const place = (key, e) => {
    if (!e || !visible(e)) return;
    const r = e.getBoundingClientRect();
    places[key] = [round(r.left + r.width / 2), round(r.top + r.height / 2)];
  };
  const nav = [...document.querySelectorAll(".bar .nav a")]; // 返回, 首页; none on the first page
  place("back", nav[0]);
  place("home", nav[1]);
  place("speak", document.querySelector("[data-speak-button]"));
  place("help", document.querySelector(".foot .help"));
  return { problems, places };
})
