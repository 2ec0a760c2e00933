/**
 * How a new account signs in: by a password, or at a provider in a window of Thunderbird's. What a client of one's own
 * needs is folded away where Thunderbird has one.
 */
import type { Account, OAuthArguments } from "../../shared/commands.ts";
import { element, uniqueId } from "../element.ts";
import type { Localizer } from "../localizer.ts";
import { field } from "./field.ts";

const PASSWORD = "password";
const OTHER = "custom";
/** In the order they are shown. */
const WAYS = [PASSWORD, "google", "fastmail", "yahoo", "aol", "thunderbird", OTHER] as const;

export class SignInChoice {
  readonly node: HTMLElement;
  readonly #way: HTMLSelectElement;
  readonly #own: HTMLDetailsElement;
  readonly #issuerField: HTMLElement;
  readonly #issuer: HTMLInputElement;
  readonly #clientId: HTMLInputElement;
  readonly #clientSecret: HTMLInputElement;
  readonly #scope: HTMLInputElement;
  readonly #onChange: () => void;
  readonly #isKnown: boolean;

  /** @param known of an account that is there: its way cannot be changed, and is what it signs in with by itself */
  constructor(words: Localizer, known: Account["signIn"] | undefined, onChange: () => void) {
    this.#onChange = onChange;
    this.#isKnown = known !== undefined;
    this.#way = element(
      "select",
      { id: uniqueId("sign-in-way"), disabled: this.#isKnown, onchange: () => this.#changed() },
      ...WAYS.map((way) => element("option", { value: way }, words.text(`signInBy_${way}`))),
    );
    if (known?.kind === "oauth") {
      if (!WAYS.some((way) => way === known.name))
        this.#way.append(element("option", { value: known.name }, known.name));
      this.#way.value = known.name;
    }
    const input = (name: string, type = "text") =>
      element("input", { id: uniqueId(name), type, autocomplete: "off", spellcheck: "false" });
    this.#issuer = input("issuer", "url");
    this.#clientId = input("client-id");
    this.#clientSecret = input("client-secret", "password");
    this.#scope = input("scope");
    this.#issuerField = field(words.text("issuer"), this.#issuer, words.text("issuerHint"));
    this.#own = element(
      "details",
      { hidden: true },
      element("summary", {}, words.text("ownClient")),
      element("p", { class: "hint" }, words.text("ownClientHint")),
      this.#issuerField,
      field(words.text("clientId"), this.#clientId),
      field(words.text("clientSecret"), this.#clientSecret, words.text("clientSecretHint")),
      field(words.text("scope"), this.#scope, words.text("scopeHint")),
    );
    this.node = element("div", {}, field(words.text("signInBy"), this.#way), this.#own);
  }

  get isPassword(): boolean {
    return this.#way.value === PASSWORD;
  }

  set disabled(disabled: boolean) {
    this.#way.disabled = disabled || this.#isKnown;
  }

  /** Fields that must be filled in. */
  get required(): readonly HTMLInputElement[] {
    return this.#way.value === OTHER && !this.#isKnown ? [this.#issuer, this.#clientId] : [];
  }

  /** `undefined` for a password, and for an account that is there. */
  value(): OAuthArguments | undefined {
    if (this.isPassword || this.#isKnown) return undefined;
    const given = {
      issuer: this.#way.value === OTHER ? this.#issuer.value.trim() : "",
      clientId: this.#clientId.value.trim(),
      clientSecret: this.#clientSecret.value,
      scope: this.#scope.value.trim(),
    };
    const filled = Object.entries(given).filter(([, text]) => text !== "");
    return { name: this.#way.value, ...Object.fromEntries(filled) };
  }

  #changed(): void {
    const isOther = this.#way.value === OTHER;
    this.#own.hidden = this.isPassword;
    this.#own.open = isOther;
    this.#issuerField.hidden = !isOther;
    this.#onChange();
  }
}
