// What a screen reader is told. An answer that grows word by word would be read
// in shreds: it is told sentence by sentence, in a place that is not seen.

const MOST_KEPT = 20;

export class Speaking {
  #place;
  #told = 0; // letters of the answer that grows

  constructor(place) {
    this.#place = place;
  }

  say(text) {
    const line = document.createElement("p");
    line.textContent = text;
    this.#place.append(line);
    while (this.#place.childElementCount > MOST_KEPT) {
      this.#place.firstElementChild.remove();
    }
  }

  // A new answer begins; `told` letters of it are known.
  begin(told = 0) {
    this.#told = told;
  }

  // Tells what is new of an answer: whole sentences, or at its end all of it.
  follow(text, isOver) {
    const rest = text.slice(this.#told);
    const end = isOver ? rest.length
      : Math.max(...[...rest.matchAll(/[.!?:]\s|\n/g)]
        .map((found) => found.index + found[0].length), 0);
    if (rest.slice(0, end).trim() !== "") {
      this.say(rest.slice(0, end).replace(/[`*_#|]+/g, " ").trim());
    }
    this.#told += end;
  }
}
