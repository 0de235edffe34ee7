// A camera for the pages of the browser tests: a rendered head that does what the page asks, drawn on a canvas whose
// stream takes the place of getUserMedia. Chromium's own test camera cannot react to a challenge.
import { execFile } from "node:child_process";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** palette are the colours of the challenges. */
const palette = ["00ff00", "0000ff", "00ffff", "ff00ff", "ffff00"];

/**
 * render writes frames of a head into a folder, and returns the script of a camera that shows it: it turns as the page
 * asks, and reflects the colours of the screen. `window.shown` has the camera show a "stranger", a "screen" with the
 * head, or one frame of the head by its name, instead. `window.frameMs` are the milliseconds between two frames. The
 * folder gets passport.jpg, a photograph of a passport of the person.
 */
export async function render(folder) {
  const program = join(folder, "faces");
  await run("go", ["build", "-o", program, "./scripts/faces"], { cwd: root });
  const into = async (name, ...options) => {
    await mkdir(join(folder, name));
    await run(program, [...options, join(folder, name)], { cwd: root });
    return framesOf(join(folder, name));
  };
  const still = async (name, ...options) => Object.values(await into(name, "-steps", "1", "-hold", "1", ...options))[0];
  const [turns, colours, stranger, screen] = await Promise.all([
    into("turns", "-grid"), into("colours", "-flash", palette.join()), still("stranger", "-person", "6a"),
    still("screen", "-surface", "screen"), run(program, ["-passport", folder], { cwd: root }),
  ]);
  return `(${camera})(${JSON.stringify({ ...turns, ...colours, stranger, screen })})`;
}

async function framesOf(folder) {
  const names = await readdir(folder);
  const read = async (name) => [name.replace(/\.jpg$/, ""), (await readFile(join(folder, name))).toString("base64")];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

/** camera runs in the page. Frames are JPEGs in base64 by the names that scripts/faces gives them. */
function camera(frames) {
  if (!navigator.mediaDevices) return; // about:blank has none
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const context = canvas.getContext("2d");
  const pictures = new Map();
  for (const [name, base64] of Object.entries(frames)) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    void createImageBitmap(new Blob([bytes], { type: "image/jpeg" })).then((picture) => pictures.set(name, picture));
  }
  const targets = { left: [30, 0], right: [-30, 0], up: [0, 30] };
  const pose = { yaw: 0, pitch: 0, asked: null, back: false, from: 0, shift: [0, 0] };

  /** asked returns the turn that the page asks for with its number, "" for none. */
  function asked() {
    const turn = Object.keys(targets).find((one) => document.querySelector(`.arrow-${one}`)) ?? "";
    const number = document.querySelector(".prompt .meaning")?.textContent ?? "";
    return `${turn} ${number}`;
  }

  /** move turns the head by a step of the grid: to the target, then back. */
  function move() {
    const now = asked();
    if (now !== pose.asked) {
      Object.assign(pose, { asked: now, back: false, from: performance.now() + 300 + 150 * Math.random() });
      pose.shift = [40, 30].map((most) => Math.round(most * (Math.random() - 0.5))); // no turn is like another
    }
    if (performance.now() < pose.from) return;
    const [yaw, pitch] = (!pose.back && targets[now.split(" ")[0]]) || [0, 0];
    pose.yaw += 5 * Math.sign(yaw - pose.yaw);
    pose.pitch += 5 * Math.sign(pitch - pose.pitch);
    if (!pose.back && (yaw || pitch) && pose.yaw === yaw && pose.pitch === pitch) {
      Object.assign(pose, { back: true, from: performance.now() + 400 });
    }
  }

  function draw() {
    const signed = (degrees) => `${degrees < 0 ? "-" : "+"}${String(Math.abs(degrees)).padStart(2, "0")}`;
    const color = document.querySelector(".colour")?.dataset.color;
    const picture = pictures.get(window.shown) ?? pictures.get(`flash-${color?.slice(1)}`) ??
      pictures.get(`yaw${signed(pose.yaw)}-pitch${signed(pose.pitch)}`) ?? pictures.get("yaw+00-pitch+00");
    if (!picture) return;
    context.drawImage(picture, ...(window.shown ? [0, 0] : pose.shift), canvas.width, canvas.height);
    context.fillStyle = `rgb(${[0, 0, 0].map(() => 90 + 60 * Math.random())})`; // no two frames are the same file
    context.fillRect(0, 0, 8, 8);
  }
  function film() {
    draw();
    setTimeout(film, window.frameMs ?? 66);
  }
  setInterval(move, 100);
  film();
  navigator.mediaDevices.getUserMedia = async () => {
    const stream = canvas.captureStream(15);
    window.cameras = [...window.cameras ?? [], stream];
    return stream;
  };
}
