/** One fine for each line of the mapping, and the oddities between them. */
export const ODDITIES = [
  'A1/0 Create Fine 2001-01-01 amount=35.0',
  'A1/1 Send Fine 2001-02-01 expense=11.05',
  'A1/2 Insert Fine Notification 2001-02-10',
  'A1/3 Add penalty 2001-04-01 amount=71.5',
  'A1/4 Payment 2001-05-01 payment=50.0',
  'A1/5 Payment 2001-06-01 payment=32.55',
  'B1/0 Create Fine 2001-01-01 amount=35.0', // paid before it is raised: the excess is refundable, the raise unpaid
  'B1/1 Payment 2001-01-02 payment=46.0',
  'B1/2 Send Fine 2001-01-03 expense=11.0',
  'C1/0 Create Fine 2001-01-01 amount=35.0', // dismissed after a part payment; raised and paid afterwards
  'C1/1 Payment 2001-01-02 payment=20.0',
  'C1/2 Send Appeal to Prefecture 2001-01-03 dismissal=#',
  'C1/3 Add penalty 2001-04-01 amount=71.5',
  'C1/4 Payment 2001-05-01 payment=15.0',
  'C1/5 Appeal to Judge 2001-06-01 dismissal=G',
  'D1/0 Create Fine 2001-01-01 amount=0.0', // a draft, paid, then registered
  'D1/1 Payment 2001-01-02 payment=12.34',
  'D1/2 Send Fine 2001-01-03 expense=0.0',
  'D1/3 Send Fine 2001-01-04 expense=11.0',
  'D1/4 Add penalty 2001-01-05 amount=0.0',
  'D1/5 Payment 2001-01-06 payment=11.0',
  'E1/0 Create Fine 2002-01-01 amount=35.0', // everything on one day
  'E1/1 Payment 2002-01-01 payment=35.0',
  'E1/2 Send Fine 2002-01-01 expense=10.0',
  'E1/3 Payment 2002-01-01 payment=10.01',
  'F1/0 Create Fine 2002-01-01 amount=0.0', // for ever a draft
  'F1/1 Payment 2002-01-02 payment=0.0',
  'F1/2 Appeal to Judge 2002-01-03 dismissal=G',
];

/** What they add up to, worked out by hand. */
export const ODDITIES_SUMS = {
  registered: '219.55',
  received: '231.90',
  applied: '193.55',
  refundable: '46.01',
  unmatched: '12.34',
  cancelledUnpaid: '15.00',
  cancelledPaid: '20.00',
  outstanding: '11.00',
};

/** The same fines so many times, each under names of its own. */
export const oddities = (times: number): string[] =>
  Array.from({ length: times }, (_, i) => ODDITIES.map((row) => row.replace('1/', `${i + 1}/`))).flat();
