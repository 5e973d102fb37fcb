// Names failed tests, with their errors, and ends with a line such as "34 passed, 0 failed".
export default async function* report(source) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of source) {
    if (type === 'test:pass') passed += 1;
    if (type === 'test:fail') {
      failed += 1;
      yield `FAILED ${data.name}\n${data.details.error.stack ?? data.details.error}\n`;
    }
  }
  yield `${passed} passed, ${failed} failed\n`;
}
