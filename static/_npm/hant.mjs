// Derives the traditional Chinese from the simplified (make hant). Next to each content file
// with Chinese texts lies FILE.zh-Hant.json, from text to text; locales/NAME.zh-Hant.toml is
// the whole file. Phrases that the dictionary gets wrong stand in hant.yaml. The same input
// gives the same output, and only files that change are written.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import yaml from 'js-yaml';
import { Converter } from 'opencc-js/cn2t';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const content = ['courses/content', 'courses/practice/scenes', 'quizzes/bank'];
const own = yaml.load(readFileSync(join(here, 'hant.yaml'), 'utf8'));
const convert = Converter({ from: 'cn', to: 'tw' });
const phrases = Object.keys(own.phrases).sort((a, b) => b.length - a.length);
const cut = new RegExp(`(${phrases.join('|')})`);
const after = Object.entries(own.characters);

function hant(text) {
  let out = text.split(cut).map((part) => own.phrases[part] ?? convert(part)).join('');
  for (const [from, to] of after) out = out.replaceAll(from, to);
  return out;
}

let changed = 0;

// write keeps what is there already; an empty text takes the file away.
function write(file, text) {
  const old = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (old === text) return;
  changed += 1;
  if (text === '') rmSync(file);
  else writeFileSync(file, text);
  console.log(relative(root, file));
}

// texts are the values of every zh-Hans in a file, in its order.
function texts(value, found = []) {
  if (Array.isArray(value)) {
    for (const one of value) texts(one, found);
  } else if (value && typeof value === 'object') {
    for (const [key, one] of Object.entries(value)) {
      if (key === 'zh-Hans' && typeof one === 'string') found.push(one.trim());
      else texts(one, found);
    }
  }
  return found;
}

function files(dir) {
  return readdirSync(join(root, dir), { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile()).map((e) => join(e.parentPath ?? e.path, e.name)).sort();
}

for (const dir of content) {
  const all = files(dir);
  for (const file of all.filter((f) => f.endsWith('.yaml'))) {
    const found = texts(yaml.load(readFileSync(file, 'utf8'), { schema: yaml.FAILSAFE_SCHEMA })).filter((s) => /\p{Script=Han}/u.test(s));
    const lines = [...new Set(found)].map((s) => `${JSON.stringify(s)}: ${JSON.stringify(hant(s))}`);
    write(file.replace(/\.yaml$/, '.zh-Hant.json'), lines.length === 0 ? '' : `{\n${lines.join(',\n')}\n}\n`);
  }
  for (const file of all.filter((f) => f.endsWith('.zh-Hant.json'))) {
    if (!existsSync(file.replace('.zh-Hant.json', '.yaml'))) write(file, '');
  }
}
for (const file of files('locales').filter((f) => f.endsWith('.zh-Hans.toml'))) {
  const source = readFileSync(file, 'utf8');
  const sum = createHash('sha256').update(source).digest('hex');
  const lines = source.split('\n').filter((l) => /^(\[|other = )/.test(l)).map((l) => (l.startsWith('[') ? `\n${l}` : hant(l)));
  write(file.replace('.zh-Hans.', '.zh-Hant.'), `# Derived by make hant from the file with the SHA-256 ${sum}\n${lines.join('\n')}\n`);
}
console.log(changed === 0 ? 'zh-Hant: up to date' : `zh-Hant: ${changed} files`);
