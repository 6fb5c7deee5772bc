"""How fast an import is: beside a plain COPY of resolved rows, and beside other tools."""
