/**
 * Starts the map of a published folder. Big layers are PMTiles, of which it asks the host for the parts that it needs; a host
 * that knows no range requests sends an archive whole, once. Small layers are GeoJSON.
 */

import { addProtocol } from '../vendor/maplibre-gl.mjs';
import { PMTiles } from '../vendor/pmtiles.mjs';

const folder = new URL('../../', import.meta.url);
const inFolder = (path) => new URL(path, folder).href;

/** What PMTiles reads from: parts of a file, or all of it where the host sends no parts. */
class Archive {
  whole = null;

  constructor(name) {
    this.address = inFolder(`tiles/${name}.pmtiles`);
  }

  getKey() {
    return this.address;
  }

  async getBytes(offset, length) {
    if (!this.whole) {
      const answer = await fetch(this.address, { headers: { Range: `bytes=${offset}-${offset + length - 1}` } });
      if (answer.status === 206) return { data: await answer.arrayBuffer() };
      if (!answer.ok) throw new Error(`${this.address}: ${answer.status}`);
      this.whole ??= answer.arrayBuffer();
    }
    return { data: (await this.whole).slice(offset, offset + length) };
  }
}

const archives = new Map();

function archive(name) {
  if (!archives.has(name)) archives.set(name, new PMTiles(new Archive(name)));
  return archives.get(name);
}

/** Read a style of the folder; MapLibre resolves no relative address. */
async function style(name) {
  const answer = await fetch(inFolder(name));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const read = await answer.json();
  for (const faces of Object.values(read['font-faces'])) for (const face of faces) face.url = inFolder(face.url);
  for (const source of Object.values(read.sources)) {
    if (typeof source.data === 'string') source.data = inFolder(source.data);
  }
  return read;
}

addProtocol('published', async ({ url }) => {
  const [name, ...place] = url.replace('published://', '').split('?')[0].split('/');
  if (place.length === 0) return { data: await style(name) };
  const tile = await archive(name).getZxy(...place.map(Number));
  return { data: tile?.data ?? new ArrayBuffer(0) };
});

await import('../embed.mjs');
