/** Under this token Nest hands out the `ReadModelReader`. */
export const READ_MODELS = Symbol('ReadModels');
