/** The part of a page that drawing goes through. */
interface Canvas {
  readonly content: PDFKit.PDFKitReference;
  readonly resources: { readonly data: object };
  readonly xobjects: Record<string, unknown>;
}

/** What is the same on all pages, and known only when the last one is done: a form (ISO 32000-1, 8.10) that each of them shows. */
export class Stamp {
  readonly #form: PDFKit.PDFKitReference;
  readonly #resources = {};

  constructor(private readonly document: PDFKit.PDFDocument) {
    this.#form = document.ref({ Type: 'XObject', Subtype: 'Form', Resources: this.#resources });
  }

  /** On the page that is drawn. */
  put(): void {
    (this.document.page as unknown as Canvas).xobjects['Stamp'] = this.#form;
    (this.document as unknown as { addContent(data: string): void }).addContent('/Stamp Do');
  }

  /** @param work what it draws, where it is to stand on each page */
  draw(work: () => void): void {
    const { page } = this.document;
    (this.#form.data as Record<string, unknown>)['BBox'] = [0, 0, page.width, page.height];
    const canvas = { content: { value: this.#form }, resources: { value: { data: this.#resources } } };
    this.document.page = Object.create(page, canvas) as PDFKit.PDFPage;
    work();
    this.document.page = page;
    this.#form.end(Buffer.alloc(0));
  }
}
