import { Schema } from 'mongoose';
import { declarationOf } from '../../src/read-models/declaration.js';
import type { Model } from '../../src/read-models/read-models.js';

type Indexes = readonly Parameters<Schema['index']>[];

function modelWith(...indexes: Indexes): Model {
  const schema = new Schema({
    _id: String,
    name: String,
    size: Number,
    open: Boolean,
    at: Date,
    tags: [String],
    any: Schema.Types.Mixed,
    total: { size: Number },
    'odd-name': String,
  });
  for (const index of indexes) schema.index(...index);
  return { name: 'things', version: 1, schema };
}

test('reads fields, their types and the indexes from a schema; the id breaks ties', () => {
  const schema = new Schema({
    _id: String,
    name: { type: String, index: true },
    size: Number,
    total: { size: Number },
  });
  schema.index({ size: -1, _id: -1, 'total.size': 1 });
  expect(declarationOf({ name: 'things', version: 1, schema })).toEqual({
    fields: [
      { name: 'name', path: ['name'], type: 'string' },
      { name: 'size', path: ['size'], type: 'number' },
      { name: 'total.size', path: ['total', 'size'], type: 'number' },
    ],
    indexes: [
      ['name', 'id'],
      ['size', 'id', 'total.size'],
    ],
  });
});

test.each<[string, Indexes[number], string]>([
  ['a date', [{ at: 1 }], 'at to be a String, a Number or a Boolean'],
  ['a list', [{ tags: 1 }], 'tags to be'],
  ['anything', [{ any: 1 }], 'any to be'],
  ['an object', [{ total: 1 }], 'total to be'],
  ['an unknown field', [{ nme: 1 }], 'nme to be'],
  ['a name that SQL would have to quote', [{ 'odd-name': 1 }], 'odd-name to be'],
  ['words', [{ name: 'text' }], '1 or -1'],
  ['uniqueness', [{ name: 1 }, { unique: true }], 'unique'],
  ['some documents only', [{ name: 1 }, { partialFilterExpression: { open: true } }], 'partialFilterExpression'],
  ['an order of its own', [{ name: 1 }, { collation: { locale: 'ar' } }], 'collation'],
])('refuses an index over %s', (_, index, message) => {
  const declare = () => declarationOf(modelWith(index));
  expect(declare).toThrow(expect.objectContaining({ name: 'InvalidModel', message: expect.stringContaining(message) }));
});

test('refuses a model name that could be mistaken for another table', () => {
  for (const name of ['', 'things_1', 'debt-list', 'x"; DROP TABLE generations; --']) {
    const declare = () => declarationOf({ ...modelWith(), name });
    expect(declare).toThrow(expect.objectContaining({ name: 'InvalidModel' }));
  }
});
