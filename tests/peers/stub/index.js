module.exports = function () { throw new Error('no XML here'); };
